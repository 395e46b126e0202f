package flux

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

func files(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.flux")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	return names
}

// A file tells in its first lines what it answers and what each of its parameters is, which stand in
// its first paragraph.
func TestFilesTellTheirParameters(t *testing.T) {
	told := regexp.MustCompile(`(?m)^// ([a-zA-Z, ]+): `)
	given := regexp.MustCompile(`(?m)^([a-zA-Z]+) = `)
	for _, file := range files(t) {
		text := read(t, file)
		first, _, _ := strings.Cut(text, "\n")
		assert.Regexp(t, `^// .*\?`, first, file)
		rest := text
		for strings.HasPrefix(rest, "//") {
			_, rest, _ = strings.Cut(rest, "\n")
		}
		head := strings.TrimSuffix(text, rest)
		_, rest, found := strings.Cut(rest, "\n\n") // the imports
		if !found {
			continue // the original query
		}
		paragraph, _, _ := strings.Cut(rest, "\n\n")
		var want, got []string
		for _, m := range given.FindAllStringSubmatch(paragraph, -1) {
			want = append(want, m[1])
		}
		for _, m := range told.FindAllStringSubmatch(head, -1) {
			got = append(got, strings.Split(m[1], ", ")...)
		}
		for _, name := range want {
			assert.Contains(t, got, name, "parameter of %s", file)
		}
	}
}

// What chooses the buckets is the same text in each file that does.
func TestFilesChooseAlike(t *testing.T) {
	const from, to = "// The first of them that keeps the start", "\n}\n"
	var texts []string
	for _, file := range files(t) {
		text := read(t, file)
		_, choice, found := strings.Cut(text, from)
		if !found {
			continue
		}
		end := strings.Index(choice, "over = (")
		end += strings.Index(choice[end:], to)
		texts = append(texts, choice[:end])
		for _, bucket := range []struct {
			name, unit string
			kept       time.Duration
		}{
			{buckets.Raw, "1s", buckets.RawRetention}, {buckets.Minutes, "1m", buckets.MinutesRetention}, {buckets.Hours, "1h", 730 * 24 * time.Hour},
		} {
			assert.Contains(t, text, fmt.Sprintf("{name: %q, unit: %s, kept: %dd, ", bucket.name, bucket.unit, bucket.kept/(24*time.Hour)), file)
		}
	}
	require.Len(t, texts, 7)
	require.Len(t, slices.Compact(texts), 1)
}

// Grafana puts its own values in place of such names, whatever they are of.
func TestFilesAreSafeInGrafana(t *testing.T) {
	macro := regexp.MustCompile(`[a-zA-Z]+\.(bucket|defaultBucket|organization|timeRangeStart|timeRangeStop|windowPeriod)\b|\$[\w{]|\[\[`)
	for _, file := range files(t) {
		assert.Empty(t, macro.FindAllString(read(t, file), -1), file)
	}
}
