package config

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
)

func (d Decoder) problem(s statement, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", d.File, s.line, fmt.Sprintf(format, args...))
}

func (d Decoder) syntaxError(err error) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("%s: %w", d.File, err)
	}
	hint := ""
	if strings.Contains(parse.Message, "found '$'") {
		hint = "; a variable stands within the quotes of a string"
	}
	return fmt.Errorf("%s:%d: %s%s", d.File, parse.Position.Line, parse.Message, hint)
}

// Two texts of the toml package, which has no type for such an error.
var (
	incompatible = regexp.MustCompile(`TOML value has type (?P<found>.+); destination has type (?P<want>.+)`)
	mismatch     = regexp.MustCompile(`expected (?P<want>.+) but found (?P<found>.+)`)
)

// kinds words the toml package's names of types for a person.
var kinds = map[string]string{
	"string":                  "a string",
	"int64":                   "an integer",
	"integer":                 "an integer",
	"float64":                 "a float",
	"float":                   "a float",
	"bool":                    "a boolean",
	"boolean":                 "a boolean",
	"time.Time":               "a date",
	"slice":                   "an array",
	"[]any":                   "an array",
	"map":                     "a table",
	"table":                   "a table",
	"map[string]any":          "a table",
	"[]map[string]any":        "an array of tables",
	"primitive (string-like)": "a single value",
}

// reason is the part of a decoding error that does not speak of its place, which
// is that of a statement and not of the file.
func reason(err error) string {
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return parse.Message
	}
	for _, pattern := range []*regexp.Regexp{incompatible, mismatch} {
		if match := pattern.FindStringSubmatch(err.Error()); match != nil {
			want, found := match[pattern.SubexpIndex("want")], match[pattern.SubexpIndex("found")]
			return fmt.Sprintf("want %s, found %s", cmp.Or(kinds[want], want), cmp.Or(kinds[found], found))
		}
	}
	return err.Error()
}
