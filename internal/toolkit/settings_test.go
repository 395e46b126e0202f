package toolkit

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

func load(t *testing.T, text string) (Settings, error) {
	path := filepath.Join(t.TempDir(), "cosyvoicectl.toml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return Load(path)
}

func TestSampleIsTheDefault(t *testing.T) {
	settings, err := load(t, Sample)
	require.NoError(t, err)
	require.Equal(t, Default(), settings)
	var lines []string
	for line := range strings.Lines(Sample) {
		if strings.Contains(line, " = ") {
			line = strings.TrimPrefix(line, "#")
		}
		lines = append(lines, line)
	}
	settings, err = load(t, strings.Join(lines, ""))
	require.NoError(t, err)
	expected := Default()
	expected.Org = DefaultOrg
	expected.Limits = diagnosis.Limits{"gpu_memory_high": {"full": "90.0"}, "minutes": {"slow_from": "1.5"}}
	require.Equal(t, expected, settings)
	for name, set := range expected.Limits {
		limits, err := diagnosis.LimitsOf(name)
		require.NoError(t, err)
		for limit, value := range set {
			require.True(t, slices.ContainsFunc(limits, func(l diagnosis.Limit) bool { return l.Name == limit && l.Value == value }), "%s of %s", limit, name)
		}
	}
}

func TestDefaultsAreThoseOfTheCommittedTasks(t *testing.T) {
	desired, err := Default().Desired()
	require.NoError(t, err)
	tasks, err := rollup.Tasks(rollup.Defaults)
	require.NoError(t, err)
	causes, err := diagnosis.Tasks(rollup.Defaults, nil)
	require.NoError(t, err)
	alerts, err := diagnosis.AlertTasks(rollup.Defaults, diagnosis.Alerts{})
	require.NoError(t, err)
	tasks = slices.Concat(tasks, causes, alerts)
	require.Len(t, desired.Tasks, len(tasks))
	for i := range tasks {
		require.Equal(t, tasks[i].Flux, desired.Tasks[i].Flux)
	}
}

func TestSettings(t *testing.T) {
	settings, err := load(t, "bucket_prefix = \"tts\"\nevery = \"5m\"\n[retention]\nraw = \"90d\"\nhours = \"forever\"\n[health]\nsilent_after = \"90s\"\n")
	require.NoError(t, err)
	require.Equal(t, 90*24*time.Hour, time.Duration(settings.Retention.Raw))
	require.Zero(t, settings.Retention.Hours)
	desired, err := settings.Desired()
	require.NoError(t, err)
	require.Equal(t, "tts_1m", desired.Buckets[2].Name)
	require.Contains(t, desired.Tasks[0].Flux, `raw = "tts"`)
	require.Contains(t, desired.Tasks[0].Flux, "every: 5m")
	require.Contains(t, desired.Tasks[0].Flux, "retention = 90d")
	require.Contains(t, desired.Tasks[24].Flux, "silentAfter = 90s")

	settings, err = load(t, "interval = \"5m\"\nevery = \"15m\"\n")
	require.NoError(t, err)
	desired, err = settings.Desired()
	require.NoError(t, err)
	require.Contains(t, desired.Tasks[24].Flux, "silentAfter = 15m", "three intervals")
	require.Contains(t, desired.Tasks[24].Flux, "lateAfter = 45m", "three runs")

	settings, err = load(t, "[retention]\nevents = \"7d\"\n")
	require.NoError(t, err)
	desired, err = settings.Desired()
	require.NoError(t, err)
	require.Contains(t, desired.Tasks[24].Flux, "events, since: 7d", "that a host was forgotten is known no longer")
	require.NotContains(t, desired.Tasks[24].Flux, "series_growing")

	settings, err = load(t, "[alerts]\nalertmanager = \"http://127.0.0.1:9093\"\nlanguage = \"zh\"\n[limits.gpu_memory_high]\nfull = 95\n[limits.queue_full]\nrecent = \"5m\"\n")
	require.NoError(t, err)
	desired, err = settings.Desired()
	require.NoError(t, err)
	require.Equal(t, "cosyvoice alerts", desired.Tasks[28].Name)
	require.Contains(t, desired.Tasks[28].Flux, `alertmanager = "http://127.0.0.1:9093"`)
	require.Contains(t, desired.Tasks[28].Flux, "显存泄漏")
	require.Contains(t, desired.Tasks[25].Flux, "    full = 95.0 // percent of the card")
	require.Contains(t, desired.Tasks[25].Flux, "    recent = 300s // ")
	require.Equal(t, diagnosis.Finder{Params: settings.Rollups(), Limits: diagnosis.Limits{"gpu_memory_high": {"full": "95.0"}, "queue_full": {"recent": "300s"}}}, settings.Finder(nil))

	for text, problem := range map[string]string{
		"[alerts]\nalertmanager = \"9093\"":                   `alertmanager "9093" is no address`,
		"[alerts]\nalertmanager = \"http://127.0.0.1:9093/\"": "slash",
		"[alerts]\ndashboard = \"http://g.example/d?x=1\"":    "dashboard",
		"[alerts]\nlanguage = \"fr\"":                         "language",
		"[limits]\ngpu_memory_high = 90":                      "cosyvoicectl.toml:2: key \"limits.gpu_memory_high\": want a table [limits.gpu_memory_high], found 90",
		"limits = 3":                                          "want tables",
		"\n[limits.gpu_memory_hi]\nfull = 1\nx = 2":           `cosyvoicectl.toml:2: unknown key "limits.gpu_memory_hi"`,
		"[limits.host_cpu_contenton]":                         `(did you mean "host_cpu_contention"?)`,
		"[limits.host_cpu_contention]\n\ndips = 70.0":         `cosyvoicectl.toml:3: unknown key "limits.host_cpu_contention.dips" (did you mean "dip"?)`,
		"[limits.host_cpu_contention]\ndip = \"70\"":          `cosyvoicectl.toml:2: key "limits.host_cpu_contention.dip": want a number such as 80.0, found 70`,
		"[limits.host_cpu_contention]\ndip = 101.0":           "101 is not between 0 and 100: it is percent at any tick",
		"[limits.gpu_memory_peak]\nnearly_full = 92":          "92 is not between 0 and 1: it is of the card",
		"[limits.minutes]\nslow_from = nan":                   "NaN is not between",
		"[limits.gpu_xid]\nrecent = \"2h\"":                   "up to 1h0m0s",
		"[limits.gpu_xid]\nrecent = 30.0":                     `such as "30m", found 30`,
		"orgs = \"x\"":                                        `cosyvoicectl.toml:1: unknown key "orgs" (did you mean "org"?)`,
		"\ninterval = \"fast\"":                               `cosyvoicectl.toml:2: key "interval"`,
		"interval = \"1h\"":                                   "not between 1s and 10m",
		"every = \"90s\"":                                     "whole minutes",
		"[retention]\nraw = \"30\"":                           `"30" is no retention`,
		"[retention]\nraw = \"0d\"":                           `"0d" is no retention`,
		"[retention]\nminutes = \"10d\"":                      "minutes are kept for a shorter time than raw",
		"[retention]\nraw = \"forever\"":                      "minutes are kept for a shorter time than raw",
		"bucket_prefix = \"_x\"":                              "underscore",
		"[health]\nsilent_after = \"30s\"":                    "silent_after 30s is not whole seconds",
		"[health]\nlate_after = \"1d\"":                       "late_after",
		"[health]\nnew_series = 0":                            "new_series 0",
		"org = ":                                              "cosyvoicectl.toml:1",
	} {
		_, err := load(t, text)
		require.ErrorContains(t, err, problem, text)
	}
	_, err = Load(filepath.Join(t.TempDir(), "none.toml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
