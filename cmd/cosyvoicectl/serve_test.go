package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What would open the answers to others is refused before anything is asked.
func TestServeRefuses(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("INFLUX_HOST", "http://127.0.0.1:1")
	t.Setenv("INFLUX_TOKEN", "a token")
	t.Setenv("LC_ALL", "C")
	file := func(content string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), "token")
		require.NoError(t, os.WriteFile(path, []byte(content), mode))
		return path
	}
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"all addresses without a token": {[]string{"--listen", "0.0.0.0:0"}, "--ask-token-file"},
		"a token that others read":      {[]string{"--listen", "127.0.0.1:0", "--ask-token-file", file("0123456789abcdef", 0o644)}, "chmod 600"},
		"a short token":                 {[]string{"--listen", "127.0.0.1:0", "--ask-token-file", file("secret", 0o600)}, "16 characters"},
		"no token":                      {[]string{"--ask-token-file", "/nowhere"}, "no such file"},
		"an origin with a path":         {[]string{"--allow-origin", "https://tts.example/page"}, "no origin"},
		"any origin":                    {[]string{"--allow-origin", "*"}, "no origin"},
		"no address":                    {[]string{"--listen", "nonsense"}, "cannot listen on nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := call(t, append([]string{"serve", "--state", t.TempDir()}, test.args...)...)
			require.Equal(t, exitFailed, code)
			require.Contains(t, stderr, test.says)
		})
	}
}

func TestWhyRefuses(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"two questions":  {[]string{"--at", "21:14", "--since", "1h"}, exitUsage, "give one of"},
		"no time":        {[]string{"--at", "soon"}, exitFailed, "is no time"},
		"a time to come": {[]string{"--at", "2099-01-01"}, exitFailed, "still to come"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := call(t, append([]string{"why"}, test.args...)...)
			require.Equal(t, test.code, code)
			require.Contains(t, stderr, test.says)
		})
	}
}
