package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

var verb = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*[\d.]*[a-zA-Z%]`)

// verbs lists a text's verbs, in order where they carry no indexes.
func verbs(text string) []string {
	found := verb.FindAllString(text, -1)
	if slices.ContainsFunc(found, func(v string) bool { return v[1] == '[' }) {
		slices.Sort(found)
		found = slices.Compact(found)
	}
	return slices.DeleteFunc(found, func(v string) bool { return v == "%%" })
}

// TestCatalogue reads the package's source, so that no text can be forgotten.
func TestCatalogue(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	count := 0
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(node ast.Node) bool {
			literal, ok := node.(*ast.CompositeLit)
			if !ok {
				return true
			}
			text := make(map[string]string)
			for _, element := range literal.Elts {
				pair, ok := element.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				key, isName := pair.Key.(*ast.Ident)
				value, isText := pair.Value.(*ast.BasicLit)
				if isName && isText {
					text[key.Name], err = strconv.Unquote(value.Value)
					require.NoError(t, err)
				}
			}
			if text["En"] == "" && text["Zh"] == "" {
				return true
			}
			count++
			require.NotEmpty(t, text["En"], "no English for %q", text["Zh"])
			require.NotEmpty(t, text["Zh"], "no Chinese for %q", text["En"])
			require.Equal(t, verbs(text["En"]), verbs(text["Zh"]), "verbs of %q", text["En"])
			require.False(t, hasHan(text["En"]), "Chinese in the English text %q", text["En"])
			return true
		})
	}
	require.Greater(t, count, 50, "the test no longer finds the catalogue")
}

func hasHan(text string) bool {
	return slices.ContainsFunc([]rune(text), func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
