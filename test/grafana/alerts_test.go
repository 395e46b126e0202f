package grafana

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const rules = `groups:
  - rules:
      - uid: hot
        title: Too hot
        condition: C
        data:
          - {refId: A, relativeTimeRange: {from: 600, to: 0}, model: {query: "from()"}}
          - {refId: B, model: {type: reduce, reducer: last, expression: A}}
          - {refId: C, model: {type: threshold, expression: B, conditions: [{evaluator: {type: gt, params: [2]}}]}}
`

func TestRulesAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.yaml")
	read := func(text string) ([]Rule, error) {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return ReadRules(path)
	}
	got, err := read(rules)
	require.NoError(t, err)
	assert.Equal(t, []Rule{{"hot", "Too hot", "from()", 10 * time.Minute, 2}}, got)
	for _, other := range []string{"reducer: mean", "type: lt", "to: 60", "expression: C", "condition: B"} {
		name, _, _ := strings.Cut(other, ":")
		at := strings.Index(rules, name+":")
		end := at + strings.IndexAny(rules[at:], ",}\n")
		_, err := read(rules[:at] + other + rules[end:])
		assert.ErrorContains(t, err, "of another form", other)
	}
}

func TestSeriesAreJudged(t *testing.T) {
	got, err := frames(twoSeries, 9, 9)
	require.NoError(t, err)
	got[0].Fields[1].Values[1] = 0.5
	firing, err := (&Rule{Limit: 2}).Judge(got)
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{"map[host:a]": false, "map[host:b]": true}, firing)
	_, err = (&Rule{}).Judge(append(got, got[0]))
	require.ErrorContains(t, err, "two series")
	got, err = frames(table, 9, 9)
	require.NoError(t, err)
	_, err = (&Rule{}).Judge(got)
	require.ErrorContains(t, err, "wide series")
}
