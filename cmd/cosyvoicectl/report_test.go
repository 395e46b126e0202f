package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

func TestReportIsWritten(t *testing.T) {
	s := influxd.Start(t)
	s.SetUp(rollup.Defaults.Raw, rollup.Defaults.Events, rollup.Defaults.Minutes, rollup.Defaults.Hours)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("LC_ALL", "C")
	heard := func(host string) {
		var lines []string
		for at := time.Now().Add(-5 * time.Minute); at.Before(time.Now()); at = at.Add(10 * time.Second) {
			lines = append(lines, fmt.Sprintf("cosyvoice_agent,host=%s,collector=plugin success=1i,uptime_seconds=1000 %d", host, at.UnixNano()))
		}
		s.Write(rollup.Defaults.Raw, lines)
	}
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte(influxd.Token), 0o600))
	report := func(args ...string) (code int, stdout, stderr string) {
		return call(t, append([]string{"report", "--state", t.TempDir(), "--host", s.URL, "--token-file", token, "--org", influxd.Org, "--since", "1h"}, args...)...)
	}

	code, _, stderr := report("-o", filepath.Join(t.TempDir(), "report.html"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "nothing was heard of any machine within 1 h 0 min")

	heard("box")
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(path, []byte("the one of yesterday"), 0o600))
	code, stdout, stderr := report("-o", path)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, path+" is written (")
	require.Contains(t, stdout, "no CosyVoice server is seen")
	require.Contains(t, stderr, "[1/5] reading what was found\n[2/5]")
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(page), "<strong>box</strong>")
	require.Contains(t, string(page), "</html>")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	code, stdout, _ = report("-o", "-", "--lang", "zh")
	require.Equal(t, exitOK, code)
	require.Regexp(t, `(?s)^<!DOCTYPE html>.*CosyVoice3 运行报告.*</html>\n$`, stdout)

	code, _, stderr = report("-o", filepath.Join(t.TempDir(), "nowhere", "report.html"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "nowhere/report.html")

	heard("crate")
	code, _, stderr = report("-o", "-")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "name one with --on, of box, crate")
	code, stdout, _ = report("-o", "-", "--on", "crate")
	require.Equal(t, exitOK, code)
	require.Contains(t, stdout, "<strong>crate</strong>")
	code, _, stderr = report("-o", "-", "--on", `x" or true`)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, `nothing was heard of x" or true`)
}
