package grafana

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValuesAreReduced(t *testing.T) {
	values := []any{nil, 3.0, int64(1), nil}
	for calc, want := range map[string]any{"last": nil, "lastNotNull": int64(1), "mean": 2.0, "sum": 4.0, "max": 3.0, "min": 1.0} {
		got, err := Reduce(calc, values)
		require.NoError(t, err, calc)
		assert.Equal(t, want, got, calc)
		for _, nothing := range [][]any{nil, {nil}} {
			got, err = Reduce(calc, nothing)
			require.NoError(t, err, calc)
			assert.Nil(t, got, calc)
		}
	}
	_, err := Reduce("median", values)
	require.ErrorContains(t, err, `no calculation "median"`)
	_, err = Reduce("mean", []any{"ready"})
	require.ErrorContains(t, err, "mean of ready")
	got, err := Reduce("lastNotNull", []any{"ready"})
	require.NoError(t, err)
	assert.Equal(t, "ready", got)
}

func TestOptionsAreOfTheFirstText(t *testing.T) {
	frames := []*Frame{{Fields: []Field{{"Time", "time", []any{nil, nil}}, {"n", "number", []any{1.0, 2.0}}, {"_value", "string", []any{"a 0|x", "b"}}}}}
	for regex, want := range map[string][]string{
		"": {"a 0|x", "b"}, `/(?<text>.*)\|(?<value>.*)/`: {"x"}, `/^(.).*/`: {"a", "b"}, "/./": {"a", "b"},
	} {
		got, err := VariableModel{Regex: regex}.Options(frames)
		require.NoError(t, err)
		assert.Equal(t, want, got, regex)
	}
	_, err := VariableModel{Regex: "/(/"}.Options(frames)
	require.Error(t, err)
	got, err := VariableModel{}.Options([]*Frame{{Fields: []Field{{"n", "number", []any{int64(1)}}}}})
	require.NoError(t, err)
	assert.Equal(t, []string{"1"}, got)
}
