package parts

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindOnPath(t *testing.T) {
	cases := map[string]struct {
		name, prints string
		version      string // empty: not usable
		reason       string
	}{
		"pinned influxd":        {"influxd", "InfluxDB v2.9.1 (git: d4fa1941fd) build_date: 2026-01-02T00:00:00Z", "2.9.1", ""},
		"oldest influxd":        {"influxd", "InfluxDB v2.7.0 (git: 85f725f) build_date: 2023", "2.7.0", ""},
		"old influxd":           {"influxd", "InfluxDB v2.6.1 (git: 9dcf880)", "", "is version 2.6.1, supported are 2.x from 2.7.0"},
		"influxd 1":             {"influxd", "InfluxDB v1.11.8 (git: 1.11 b2)", "", "is version 1.11.8"},
		"official telegraf":     {"telegraf", "Telegraf 1.38.0 (git: HEAD@1b2c3d4e)", "1.38.0", ""},
		"newer telegraf":        {"telegraf", "Telegraf 1.41.2", "1.41.2", ""},
		"two digits, not less":  {"telegraf", "Telegraf 1.9.5 (git: HEAD 12)", "", "is version 1.9.5, supported are 1.x from 1.36.0"},
		"telegraf 2":            {"telegraf", "Telegraf 2.0.0", "", "is version 2.0.0"},
		"no version":            {"telegraf", "usage: telegraf", "", "printed no version"},
		"official alertmanager": {"alertmanager", "alertmanager, version 0.28.1 (branch: HEAD, revision: b2099eaa2c9e)", "0.28.1", ""},
		"oldest alertmanager":   {"alertmanager", "alertmanager, version 0.25.0 (branch: HEAD, revision: 258fab7cdd55)", "0.25.0", ""},
		"old alertmanager":      {"alertmanager", "alertmanager, version 0.24.0 (branch: HEAD, revision: f484b17fa3c5)", "", "is version 0.24.0, supported are 0.x from 0.25.0"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFakes(t)
			f.prints(test.name, test.prints)

			part, err := Find(t.Context(), test.name)

			if test.version != "" {
				require.NoError(t, err)
				require.Equal(t, Part{test.name, filepath.Join(f.bin, test.name), test.version}, part)
				return
			}
			var missing *MissingError
			require.ErrorAs(t, err, &missing)
			require.Contains(t, missing.OnPath, test.reason)
		})
	}
}

func TestFindAsksInTheWayThatEachProgramKnows(t *testing.T) {
	f := newFakes(t)
	f.program("influxd", `[ "$*" = version ] && echo "InfluxDB v2.9.1"`)
	f.program("telegraf", `case "$*" in --version) echo "Telegraf 1.39.3" ;; "config check --config "*) ;; *) exit 1 ;; esac`)
	f.program("alertmanager", `[ "$*" = --version ] && echo "alertmanager, version 0.28.1 (branch: , revision: unknown)"`)
	for _, name := range Names() {
		_, err := Find(t.Context(), name)
		require.NoError(t, err)
	}
}

func TestFindInCache(t *testing.T) {
	f := newFakes(t)
	f.prints("telegraf", "Telegraf 1.20.0")
	writeScript(t, f.cached("telegraf"), "echo Telegraf 1.39.3")

	part, err := Find(t.Context(), "telegraf")

	require.NoError(t, err)
	require.Equal(t, Part{"telegraf", f.cached("telegraf"), "1.39.3"}, part)
}

func TestMissingPartSaysWhereItLookedAndWhatToDo(t *testing.T) {
	f := newFakes(t)
	f.program("influxd", "echo 'cannot open shared object' >&2; exit 127")
	writeScript(t, f.cached("influxd"), "echo InfluxDB v2.0.0")

	_, err := Find(t.Context(), "influxd")

	var missing *MissingError
	require.ErrorAs(t, err, &missing)
	for _, text := range []string{
		"influxd 2.9.1 is missing",
		filepath.Join(f.bin, "influxd"), "exit status 127", "cannot open shared object",
		filepath.Dir(f.cached("influxd")), "it is version 2.0.0, not 2.9.1",
		"make parts", "influxdb2",
	} {
		require.ErrorContains(t, err, text)
	}
}

func TestFindNothing(t *testing.T) {
	newFakes(t)
	_, err := Find(t.Context(), "telegraf")
	require.ErrorContains(t, err, "On PATH: none.")
	require.ErrorContains(t, err, ": none. Run `make parts`")

	_, err = Find(t.Context(), "grafana")
	require.ErrorContains(t, err, `unknown part "grafana"`)
}

func TestFindHeedsItsContext(t *testing.T) {
	f := newFakes(t)
	f.program("telegraf", "exec sleep 60")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Find(ctx, "telegraf")
	require.ErrorIs(t, err, context.Canceled)
}

// A Telegraf of the right version that was built without the plugins that
// telegraf.conf names must not hide the one that was built here.
func TestFindPassesOverATelegrafThatCannotRunOurConfig(t *testing.T) {
	f := newFakes(t)
	f.program("telegraf", `
if [ "$1" = --version ]; then echo "Telegraf 1.39.3"; exit; fi
grep -q 'inputs.execd' "$4" && [ -s "$COSYVOICE_SECRETS/influx_write_token" ] || exit 9
echo "2026-01-01T00:00:00Z I! Loading config: $4" >&2
echo "2026-01-01T00:00:00Z E! loading config file $4 failed: error parsing docker, undefined but requested secretstores: docker" >&2
exit 1`)

	_, err := Find(t.Context(), "telegraf")

	var missing *MissingError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, filepath.Join(f.bin, "telegraf")+" cannot run the telegraf.conf of this project: "+
		`exit status 1 ("error parsing docker, undefined but requested secretstores: docker")`, missing.OnPath)

	writeScript(t, f.cached("telegraf"), "echo Telegraf 1.39.3")
	part, err := Find(t.Context(), "telegraf")
	require.NoError(t, err)
	require.Equal(t, f.cached("telegraf"), part.Path)
}

// A changed recipe must not find what the old one built.
func TestKeyFollowsTheRecipe(t *testing.T) {
	r, err := recipeFor("telegraf")
	require.NoError(t, err)
	changed := r
	changed.tags += ",inputs.cpu"
	require.NotEqual(t, r.key(), changed.key())
	require.Regexp(t, `^telegraf-1\.39\.3-[0-9a-f]{8}$`, r.key())
}

func TestParseVersion(t *testing.T) {
	cases := map[string]version{
		"go version go1.26.8 linux/amd64":            {1, 26, 8},
		"go version go1.27 linux/arm64":              {1, 27, 0},
		"cargo 1.95.0 (f2d3ce0bd 2026-03-21)":        {1, 95, 0},
		"gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nx":   {12, 2, 0},
		"Telegraf 1.40.0-rc1 (git: master@1.2)":      {1, 40, 0},
		"InfluxDB v2.9.1 (git: none) build_date: 1.": {2, 9, 1},
	}
	for output, want := range cases {
		got, ok := parseVersion(output)
		require.True(t, ok, output)
		require.Equal(t, want, got, output)
	}
	_, ok := parseVersion("no version 7 here")
	require.False(t, ok)
}
