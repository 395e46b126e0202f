package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// onPath makes PATH a folder with programs that only know their version, and the cache an empty one.
func onPath(t *testing.T) (dir string) {
	dir = t.TempDir()
	for name, answer := range map[string]string{
		"influxd": "InfluxDB v2.8.0", "telegraf": "Telegraf 1.38.0", "alertmanager": "alertmanager, version 0.27.0 (branch: HEAD)",
	} {
		program := fmt.Sprintf("#!/bin/sh\necho '%s'\n", answer)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(program), 0o755))
	}
	t.Setenv("PATH", dir)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	return dir
}

func TestFoundParts(t *testing.T) {
	dir := onPath(t)
	influxd, telegraf, alertmanager := filepath.Join(dir, "influxd"), filepath.Join(dir, "telegraf"), filepath.Join(dir, "alertmanager")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"all", nil, "influxd 2.8.0: " + influxd + "\ntelegraf 1.38.0: " + telegraf +
			"\nalertmanager 0.27.0: " + alertmanager + "\n"},
		{"one", []string{"telegraf"}, "telegraf 1.38.0: " + telegraf + "\n"},
		{"paths alone, for scripts", []string{"--print-path"}, influxd + "\n" + telegraf + "\n" + alertmanager + "\n"},
		{"help", []string{"--help"}, fmt.Sprintf(usage, "influxd, telegraf, alertmanager")},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, progress bytes.Buffer
			require.NoError(t, run(t.Context(), test.args, &out, &progress))
			require.Equal(t, test.want, out.String())
			require.Empty(t, progress.String())
		})
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	dir := onPath(t)
	require.NoError(t, os.Remove(filepath.Join(dir, "influxd")))
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"a missing part is built, which needs tools", []string{"influxd"}, "cargo: not found on PATH (apt install cargo"},
		{"an unknown part", []string{"grafana"}, `unknown part "grafana": the parts are influxd, telegraf, alertmanager`},
		{"an unknown flag", []string{"--paths"}, "-paths; --help shows the usage"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, progress bytes.Buffer
			require.ErrorContains(t, run(t.Context(), test.args, &out, &progress), test.want)
			require.Empty(t, out.String(), "standard output is for results")
		})
	}
}
