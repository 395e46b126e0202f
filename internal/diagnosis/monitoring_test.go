package diagnosis

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// TestTheMonitoringItself asks for what is wrong with hosts that are heard or not, by what the task
// of the health said of them at its last runs.
func TestTheMonitoringItself(t *testing.T) {
	s := lab(t)
	now := time.Now().UTC().Truncate(time.Minute)
	say := func(code, host string, run int, level string, value float64) {
		at := now.Add(time.Duration(run-3)*5*time.Minute + 4*time.Minute)
		s.Write("_monitoring", []string{fmt.Sprintf("statuses,_check_id=%s,code=%s,host=%s,_level=%s value=%g,limit=300 %d", rollup.CheckID, code, host, level, value, at.UnixNano())})
	}
	for run := range 3 {
		say("host_silent", "fine", run, "ok", 12)
		say("host_silent", "off", run, "crit", 400+300*float64(run))
		say("host_silent", "slow-clock", run, "ok", 130+float64(run))
		level := "crit"
		if run == 2 {
			level = "ok"
		}
		say("host_silent", "back", run, level, 900-440*float64(run))
	}
	s.Write("_monitoring", []string{fmt.Sprintf("statuses,_check_id=%s,code=tasks_failing,_level=crit value=2,limit=0 %d", rollup.CheckID, now.Add(-time.Minute).UnixNano())})
	for host, ahead := range map[string]time.Duration{"fine": 0, "fast-clock": 10 * time.Minute} {
		s.Write(rollup.Defaults.Raw, []string{fmt.Sprintf("cosyvoice_agent,host=%s,collector=plugin success=1i %d", host, time.Now().Add(ahead).UnixNano())})
	}
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	findings, err := Finder{Client: client, Params: rollup.Defaults}.At(t.Context(), now, "")
	require.NoError(t, err)
	found := map[string]Finding{}
	for _, f := range findings {
		found[f.Host+" "+f.Code] = f
	}
	assert.Len(t, found, 4, "%+v", found)
	assert.InDelta(t, 1000, found["off no_data"].Evidence["silent_seconds"], 1)
	assert.InDelta(t, 600, found["fast-clock clock_skew"].Evidence["skew_seconds"], 10)
	assert.InDelta(t, -130, found["slow-clock clock_skew"].Evidence["skew_seconds"], 1)
	assert.Contains(t, found, " task_failing")

	// Of one host only what is said of it, and of no host in particular.
	findings, err = Finder{Client: client, Params: rollup.Defaults}.At(t.Context(), now, "fine")
	require.NoError(t, err)
	require.Len(t, findings, 1)
	assert.Equal(t, "task_failing", findings[0].Code)
}

// Each cause of the catalogue has one condition, with the severity of the catalogue.
func TestEachCauseHasACondition(t *testing.T) {
	conditions := map[string]bool{}
	for _, g := range groups {
		codes, err := g.conditions()
		require.NoError(t, err)
		for _, code := range codes {
			assert.False(t, conditions[code], "%s stands twice", code)
			conditions[code] = true
			cause := causes.Find(code)
			if assert.NotNil(t, cause, code) {
				text, err := g.findings(rollup.Defaults, nil)
				require.NoError(t, err)
				assert.Contains(t, text, fmt.Sprintf("code: %q,\n", code))
				assert.Regexp(t, fmt.Sprintf(`code: %q,\s+severity: %q,`, code, cause.Severity), text)
			}
		}
	}
	all := causes.All()
	for i := range all {
		assert.True(t, conditions[all[i].Code], all[i].Code)
	}
}

// TestTheFirstRunOfTheHealth asks when no host had been heard yet at the only run of that task, as in the
// first minutes of a new server: no status has a host.
func TestTheFirstRunOfTheHealth(t *testing.T) {
	s := lab(t)
	now := time.Now().UTC().Truncate(time.Minute)
	s.Write("_monitoring", []string{fmt.Sprintf("statuses,_check_id=%s,code=tasks_failing,_level=ok value=0,limit=0 %d", rollup.CheckID, now.Add(-time.Minute).UnixNano())})
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	findings, err := Finder{Client: client, Params: rollup.Defaults}.Of(t.Context(), Minutes, now, "")
	require.NoError(t, err)
	assert.Empty(t, findings)
}
