package parts

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README of tools/ repeats the recipes for people.
func TestReadmeAgreesWithTheRecipes(t *testing.T) {
	content, err := os.ReadFile("../../tools/README.md")
	require.NoError(t, err)
	readme := string(content)
	rows := regexp.MustCompile(`(?m)^\| (influxd|telegraf|alertmanager)\b[^|]*\| (\S+) \| (\S+) and newer (\S+) \| .([^ `+"`"+`]+)`).FindAllStringSubmatch(readme, -1)
	require.Len(t, rows, len(recipes))
	for _, row := range rows {
		r, err := recipeFor(row[1])
		require.NoError(t, err)
		require.Equal(t, r.version.String(), row[2])
		require.Equal(t, fmt.Sprintf("%d.%d", r.oldest[0], r.oldest[1]), row[3])
		require.Equal(t, fmt.Sprintf("%d.x", r.version[0]), row[4])
		require.Equal(t, r.module, row[5])
		words := strings.Join(strings.Fields(readme), " ")
		require.Contains(t, words, r.expected)
		require.Contains(t, words, fmt.Sprintf("%d GB of disk", r.diskGB))
	}
	require.Contains(t, readme, fmt.Sprintf("rustc %d.%d or newer", rustc.oldest[0], rustc.oldest[1]))
}
