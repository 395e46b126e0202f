// Package grafana does with a dashboard's queries what Grafana does, so that they can be tried on a
// real InfluxDB without one: it puts in variables and macros as both generations of its InfluxDB
// data source do, and makes frames of the answers. It is written from a description of that
// behaviour, for Grafana 9.3 to 13.
package grafana

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Variable is what is chosen of one of a dashboard's variables.
type Variable struct {
	Values   []string // of All every option
	Multi    bool     // several could be chosen: a single one is a list of one
	All      bool
	AllValue string // stands for All as it is, where it is not empty
}

// Variables are those of a dashboard by their names.
type Variables map[string]Variable

// reference is a place where a variable's value belongs: $name, [[name:format]] or ${name.field:format}.
var reference = regexp.MustCompile(`\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}`)

// Interpolate puts the values in. What names no variable stays as it is. An unknown format is an
// error, though Grafana takes another in its place.
func (vs Variables) Interpolate(text string) (string, error) {
	var problem error
	done := reference.ReplaceAllStringFunc(text, func(found string) string {
		m := reference.FindStringSubmatch(found)
		v, known := vs[m[1]+m[2]+m[4]]
		if !known {
			return found
		}
		value, err := vs.value(v, m[3]+m[5])
		if err != nil {
			problem = fmt.Errorf("%s: %w", found, err)
		}
		return value
	})
	return done, problem
}

func (vs Variables) value(v Variable, format string) (string, error) {
	if v.All && v.AllValue != "" {
		return vs.Interpolate(v.AllValue)
	}
	several := v.Multi && len(v.Values) != 1
	single := strings.Join(v.Values, ",")
	switch format {
	case "", "glob":
		if several {
			return "{" + single + "}", nil
		}
		return single, nil
	case "raw", "csv":
		return single, nil
	case "pipe":
		return strings.Join(v.Values, "|"), nil
	case "regex":
		escaped := each(v.Values, regexp.QuoteMeta)
		if several {
			return "(" + strings.Join(escaped, "|") + ")", nil
		}
		return strings.Join(escaped, "|"), nil
	case "json":
		if !v.Multi {
			return single, nil
		}
		list, err := json.Marshal(v.Values)
		return string(list), err
	case "doublequote":
		return strings.Join(each(v.Values, quotedBy(`"`)), ","), nil
	case "singlequote":
		return strings.Join(each(v.Values, quotedBy(`'`)), ","), nil
	}
	return "", fmt.Errorf("no format %q", format)
}

func each(values []string, fn func(string) string) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = fn(v)
	}
	return all
}

func quotedBy(mark string) func(string) string {
	return func(s string) string { return mark + strings.ReplaceAll(s, mark, `\`+mark) + mark }
}
