package target

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const profiles = `
[default]
  url = "http://one:8086"
  token = "token-one"
  org = "org-one"
  active = true
# [eu-central]
[other]
  url = "http://two:8086"
  token = "token-two"
  org = "org-two"
`

func TestFind(t *testing.T) {
	dir := t.TempDir()
	path, token := filepath.Join(dir, "configs"), filepath.Join(dir, "token")
	require.NoError(t, os.WriteFile(path, []byte(profiles), 0o600))
	require.NoError(t, os.WriteFile(token, []byte("token-file\n"), 0o600))
	const upURL, upToken = "http://127.0.0.1:18086", "token-up"
	for name, test := range map[string]struct {
		flags Flags
		env   map[string]string
		up    bool
		found Target
		err   error
	}{
		"active profile":        {env: map[string]string{"INFLUX_CONFIGS_PATH": path}, found: Target{"http://one:8086", "token-one", "org-one"}},
		"named profile":         {env: map[string]string{"INFLUX_CONFIGS_PATH": path, "INFLUX_ACTIVE_CONFIG": "other"}, found: Target{"http://two:8086", "token-two", "org-two"}},
		"no such profile":       {env: map[string]string{"INFLUX_CONFIGS_PATH": path, "INFLUX_ACTIVE_CONFIG": "third"}, err: words.NoProfile.With()},
		"environment over it":   {env: map[string]string{"INFLUX_CONFIGS_PATH": path, "INFLUX_TOKEN": "token-env"}, found: Target{"http://one:8086", "token-env", "org-one"}},
		"flags over that":       {flags: Flags{Host: "https://flag", TokenFile: token, Org: "org-flag"}, env: map[string]string{"INFLUX_HOST": "http://env", "INFLUX_TOKEN": "token-env", "INFLUX_ORG": "org-env"}, found: Target{"https://flag", "token-file", "org-flag"}},
		"up":                    {up: true, env: map[string]string{"INFLUX_CONFIGS_PATH": path}, found: Target{URL: upURL, Token: upToken}},
		"up's token stays here": {up: true, flags: Flags{Host: "http://elsewhere"}, err: words.NoToken.With()},
		"nothing":               {err: words.NoToken.With()},
		"no address":            {flags: Flags{Host: "localhost:8086", TokenFile: token}, err: words.NoAddress.With()},
	} {
		t.Run(name, func(t *testing.T) {
			getenv := func(name string) string {
				if name == "HOME" {
					return dir
				}
				return test.env[name]
			}
			found, err := Find(test.flags, getenv, func() (string, string, bool) { return upURL, upToken, test.up })
			if test.err != nil {
				require.ErrorIs(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.found, found)
		})
	}
}
