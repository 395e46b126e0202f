package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/toolkit"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// What explain lists as limits are settings, word for word.
func TestExplainedLimitsAreSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cosyvoicectl.toml")
	all := causes.All()
	for i := range all {
		code := all[i].Code
		var out bytes.Buffer
		tool := tool{language: words.English, stdout: &out}
		require.NoError(t, tool.showLimits(code), code)
		_, limits, found := strings.Cut(out.String(), words.CauseLimits.In(words.English)+"\n")
		require.True(t, found, code)
		require.NoError(t, os.WriteFile(path, []byte(limits), 0o600))
		settings, err := toolkit.Load(path)
		require.NoError(t, err, code)
		require.NotEmpty(t, settings.Limits, code)
	}
}
