//go:build e2e

package proof

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

// checkAlerts runs the query of each rule, and judges what it says.
func (o *organization) checkAlerts(points map[string][]known.Point) {
	english, err := grafana.ReadRules("../../../grafana/provisioning/alerting/rules.en.yaml")
	require.NoError(o.t, err)
	chinese, err := grafana.ReadRules("../../../grafana/provisioning/alerting/rules.zh.yaml")
	require.NoError(o.t, err)
	require.Len(o.t, chinese, len(english))
	fired := map[string]bool{}
	for i, r := range english {
		require.Equal(o.t, r.Query, chinese[i].Query)
		want := map[string]bool{}
		code := strings.TrimSuffix(strings.TrimPrefix(r.UID, "cosyvoice-"), "-en")
		for _, p := range points["cosyvoice_diagnosis"] {
			if p.Tags["code"] == code && !p.At.Before(known.Now.Add(-r.Span)) {
				labels := map[string]string{}
				for _, tag := range []string{"host", "instance", "uuid"} {
					if v := p.Tags[tag]; v != "" {
						labels[tag] = v
					}
				}
				want[fmt.Sprint(labels)] = known.Now.Sub(p.At) <= 200*time.Second
			}
		}
		if code == "host_silent" {
			want = map[string]bool{"map[host:alpha]": false, "map[host:beta]": false, "map[host:gamma]": true}
		}
		if code == "unjudged" {
			want = map[string]bool{"map[]": false}
		}
		for name, g := range generations {
			text := g.Expand(r.Query, buckets.Raw, "cosyvoice_org", grafana.Range{From: known.Now.Add(-r.Span), To: known.Now, Interval: time.Minute})
			answer := o.answer(text, 1000)
			require.NoError(o.t, answer.err, "%s in %s", r.Title, name)
			got, err := r.Judge(answer.frames)
			require.NoError(o.t, err, "%s in %s", r.Title, name)
			assert.Equal(o.t, want, got, "%s in %s", r.Title, name)
			if code == "host_silent" {
				o.checkSilence(&r, text)
			}
			if code == "unjudged" {
				late := o.answer(fmt.Sprintf("option now = () => %s\n", known.Now.Add(r.Span).Format(time.RFC3339))+text, 1000)
				require.NoError(o.t, late.err)
				got, err = r.Judge(late.frames)
				require.NoError(o.t, err)
				assert.Equal(o.t, map[string]bool{"map[]": true}, got, "half an hour after the last run")
			}
		}
		for _, fires := range want {
			fired[fmt.Sprint(code, " ", fires)] = true
		}
	}
	for _, fires := range []string{"gpu_memory_high true", "stuck_dead_thread true", "no_data true", "clocks_lowered false", "host_silent true", "host_silent false"} {
		assert.Contains(o.t, fired, fires)
	}
}

// checkSilence holds the rule of silent hosts against hosts that were heard and forgotten at other times.
func (o *organization) checkSilence(r *grafana.Rule, text string) {
	heard := func(host string, ago time.Duration) string {
		return fmt.Sprintf("cosyvoice_agent,collector=plugin,host=%s,service=cosyvoice3 success=1i %d", host, known.Now.Add(-ago).UnixNano())
	}
	forgotten := func(host string, ago time.Duration) string {
		return fmt.Sprintf("cosyvoice_event,host=%s,kind=forgotten,service=cosyvoice3,severity=info message=\"gone\" %d", host, known.Now.Add(-ago).UnixNano())
	}
	const day = 24 * time.Hour
	o = o.another(fmt.Sprintf("silence-%d", time.Now().UnixNano()), known.Lines{
		Raw:    []string{heard("well", time.Minute), heard("silent", 3*day), heard("gone", 3*day), heard("back", 5*day), heard("back", time.Minute)},
		Events: []string{forgotten("gone", 2*day), forgotten("back", 4*day)},
	})
	answer := o.answer(fmt.Sprintf("option now = () => %s\n", known.Now.Format(time.RFC3339))+text, 1000)
	require.NoError(o.t, answer.err)
	got, err := r.Judge(answer.frames)
	require.NoError(o.t, err)
	assert.Equal(o.t, map[string]bool{"map[host:well]": false, "map[host:silent]": true, "map[host:back]": false}, got)
}
