package diagnosis

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// A condition holds what it judges by in its limits, where a user can set it, and nowhere else; each
// is used, and has a unit.
func TestConditionsJudgeByLimits(t *testing.T) {
	// Nothing, one, parts of a hundred, an hour in seconds, a second in nanoseconds, a MiB in bytes.
	conversions := []string{"0.0", "1.0", "100.0", "3600.0", "1000000000.0", "1048576.0"}
	number := regexp.MustCompile(`\b\d+\.\d+\b`)
	unit := regexp.MustCompile(`^(percent|bytes|seconds|of|times|syntheses|characters|lines|starts|clients|steps|lowest ones|RTF)\b`)
	for _, g := range groups {
		codes, err := g.conditions()
		require.NoError(t, err)
		whole, err := g.findings(rollup.Defaults, nil)
		require.NoError(t, err)
		for _, name := range append(codes, readings) {
			text, err := g.read(name)
			require.NoError(t, err)
			for _, limit := range limitsIn(text) {
				uses := text
				if name == readings {
					uses = whole
				}
				assert.Greater(t, len(regexp.MustCompile(`\b`+limit.Name+`\b`).FindAllString(uses, -1)), 1, "%s of %s is used", limit.Name, name)
				if !limit.isTime() {
					assert.Regexp(t, unit, limit.Reason, "%s of %s", limit.Name, name)
				}
			}
			if name == readings {
				continue
			}
			for _, found := range number.FindAllString(limitLine.ReplaceAllString(text, ""), -1) {
				assert.Contains(t, conversions, found, name)
			}
		}
	}
}

// What the settings say stands in the text of the tasks and in that of why, and nothing else changes.
func TestLimitsAreSet(t *testing.T) {
	limits := Limits{"gpu_memory_high": {"full": "80.5"}, "minutes": {"slow_from": "2.0"}, "trends": {"settling": "1200s"}, "gpu_xid": {"recent": "60s"}}
	usual, err := Tasks(rollup.Defaults, nil)
	require.NoError(t, err)
	tasks, err := Tasks(rollup.Defaults, limits)
	require.NoError(t, err)
	var changed []string
	for i, task := range tasks {
		before, after := strings.Split(usual[i].Flux, "\n"), strings.Split(task.Flux, "\n")
		require.Len(t, after, len(before))
		for j := range after {
			if after[j] != before[j] {
				value, rest, _ := strings.Cut(strings.TrimSpace(after[j]), " //")
				changed = append(changed, value)
				was := limitsIn(before[j])[0].Value
				assert.True(t, strings.HasSuffix(rest, "; set in the settings, "+was+" without"), after[j])
			}
		}
		found, err := groups[i].findings(rollup.Defaults, limits)
		require.NoError(t, err)
		assert.Contains(t, task.Flux, found)
	}
	assert.ElementsMatch(t, []string{"full = 80.5", "slow_from = 2.0", "settling = 1200s", "recent = 60s"}, changed)
}
