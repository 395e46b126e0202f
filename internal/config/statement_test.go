package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"
)

// The statements of a valid file stand in it at their lines, in order and apart,
// and hold all its keys.
func FuzzSplit(f *testing.F) {
	f.Add("[[inputs.cosyvoice]]\nport = 1 # one\n\n[[inputs.cosyvoice.instance]]\nname = '''\n[a]\n'''\n[[inputs.cosyvoice.instance]]\n")
	f.Add("\xef\xbb\xbfa = [\n  1, # ]\n\n  2]\r\n# b = 1\nc.d = {e = 1, f = [\"\"\"\nx = 1\"\"\"]}\n[g]\n")
	f.Add("a.b = 1\n[a.c]\n[[a.d]]\n[[a.d]]\n\"e\\n\" = 1")
	f.Fuzz(func(t *testing.T, text string) {
		md, err := toml.Decode(text, &map[string]any{})
		if err != nil {
			return
		}
		lines := slices.Collect(strings.Lines(text))
		keys := []toml.Key{}
		next := 1
		for _, s := range split(text) {
			require.GreaterOrEqual(t, s.line, next, "statements overlap")
			next = s.line + strings.Count(s.text, "\n")
			if !strings.HasSuffix(s.text, "\n") {
				next++
			}
			require.LessOrEqual(t, next, len(lines)+1)
			require.Equal(t, strings.Join(lines[s.line-1:next-1], ""), s.text)
			require.NotEmpty(t, s.keys)
			keys = append(keys, s.keys...)
		}
		require.Equal(t, md.Keys(), keys)
	})
}
