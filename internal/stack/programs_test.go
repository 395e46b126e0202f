package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestEveryMissingPartIsNamedInTheReadersLanguage(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, err := FindPrograms(t.Context(), false)
	require.ErrorIs(t, err, words.PartMissing.With())
	require.Regexp(t, `(?s)^influxd .*make parts.*influxdb2 \(https.*\ntelegraf .*make parts`, words.Explain(err, words.English))
	chinese := words.Explain(err, words.Chinese)
	require.Contains(t, chinese, "缺少 influxd")
	require.Contains(t, chinese, "缺少 telegraf")
	require.Contains(t, chinese, "PATH 中：无；")
	require.NotContains(t, chinese, "none")
}
