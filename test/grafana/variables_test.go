package grafana

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVariablesArePutIn(t *testing.T) {
	vs := Variables{
		"one":     {Values: []string{"a.b"}},
		"listed":  {Values: []string{"a.b"}, Multi: true},
		"two":     {Values: []string{"a.b", `c"d`}, Multi: true},
		"all":     {Values: []string{"x", "y"}, Multi: true, All: true},
		"any":     {Values: []string{"x", "y"}, Multi: true, All: true, AllValue: ".*"},
		"through": {Values: []string{"x"}, All: true, AllValue: "${two:regex}"},
	}
	for text, want := range map[string]string{
		"$one [[one]] ${one}":    "a.b a.b a.b",
		"${one:raw}-${one:glob}": "a.b-a.b",
		"$two":                   `{a.b,c"d}`,
		"$listed":                "a.b",
		"${two:glob}":            `{a.b,c"d}`,
		"${two:raw}":             `a.b,c"d`,
		"${two:csv}":             `a.b,c"d`,
		"[[two:csv]]":            `a.b,c"d`,
		"${two:pipe}":            `a.b|c"d`,
		"${one:regex}":           `a\.b`,
		"${listed:regex}":        `a\.b`,
		"${two:regex}":           `(a\.b|c"d)`,
		"${one:json}":            "a.b",
		"${listed:json}":         `["a.b"]`,
		"${two:json}":            `["a.b","c\"d"]`,
		"${one:doublequote}":     `"a.b"`,
		"${two:doublequote}":     `"a.b","c\"d"`,
		"${two:singlequote}":     `'a.b','c"d'`,
		"$all ${all:regex}":      "{x,y} (x|y)",
		"${any:regex} $any":      ".* .*",
		"${any:doublequote}":     ".*",
		"$through":               `(a\.b|c"d)`,
		"${one.text:raw}":        "a.b",
		`"${r.host}" $nobody [[nobody]] ${nobody:csv}`: `"${r.host}" $nobody [[nobody]] ${nobody:csv}`,
		"$ones one $__interval":                        "$ones one $__interval",
	} {
		got, err := vs.Interpolate(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	_, err := vs.Interpolate("${one:regexp}")
	require.ErrorContains(t, err, `${one:regexp}: no format "regexp"`)
}
