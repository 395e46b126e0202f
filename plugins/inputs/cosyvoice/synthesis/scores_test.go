package synthesis

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the scores into docs/syntheses.md instead of comparing them")

// TestScores compares the table of scores in the docs with what the corpus gives.
func TestScores(t *testing.T) {
	const document = "../../../../docs/syntheses.md"
	const begin, end = "<!-- scores -->\n", "<!-- /scores -->"
	text, err := os.ReadFile(document)
	require.NoError(t, err)
	head, rest, found := strings.Cut(string(text), begin)
	require.True(t, found, "%s has no %s", document, begin)
	table, tail, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no %s", document, end)

	scored := scores(t)
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(head+begin+scored+end+tail), 0o644))
		return
	}
	require.Equal(t, scored, table, "run go test ./plugins/inputs/cosyvoice/synthesis -run TestScores -update")
}

// scores is a table of how well the logs of several clients are read.
func scores(t *testing.T) string {
	var table strings.Builder
	table.WriteString("| clients at once | streaming | syntheses | yields | yields inferred | syntheses exact | syntheses right |\n")
	table.WriteString("|---|---|---|---|---|---|---|\n")
	for _, log := range []struct {
		clients           int
		streaming, folder string
	}{
		{1, "no", "c1"}, {1, "yes", "c1_stream"},
		{4, "no", "c4"}, {4, "yes", "c4_stream"},
		{8, "no", "c8"}, {8, "yes", "c8_stream"}, {8, "mixed", "c8_mixed"},
	} {
		folder := filepath.Join("testdata/corpus", log.folder)
		told := readTruth(t, folder)
		got := read(t, folder, told)
		right, all := grouped(told, got)
		exact, wrong := exactlyGrouped(told, got)
		require.Zero(t, wrong, "syntheses of %s are called exact and are not", log.folder)
		yields := len(got.exact) + got.inferred
		fmt.Fprintf(&table, "| %d | %s | %d | %d | %d %% | %d %% | %d %% |\n", log.clients, log.streaming,
			all, yields, percent(got.inferred, yields), percent(exact, all), percent(right, all))
	}
	return table.String()
}

func percent(part, whole int) int { return (200*part + whole) / (2 * whole) }

// exactlyGrouped counts the syntheses that are called exact, and those of them that no
// request was.
func exactlyGrouped(told truth, got reading) (exact, wrong int) {
	for _, s := range got.syntheses {
		if s.Inferred {
			continue
		}
		exact++
		one := reading{syntheses: []Synthesis{s}}
		if right, _ := grouped(told, one); right == 0 {
			wrong++
		}
	}
	return exact, wrong
}
