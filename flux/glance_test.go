package flux

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// figures are what the raw points say of each server between two times: by host, instance and name.
func (l *lab) figures(from, to time.Time) map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	lastOf := map[string]time.Time{}
	for i := range l.points {
		p := &l.points[i]
		server := p.tags["host"] + " " + p.tags["instance"]
		if p.measurement != "cosyvoice_service" && p.measurement != "cosyvoice_synthesis" {
			continue
		}
		last := lastOf[p.measurement+p.series()]
		lastOf[p.measurement+p.series()] = p.at
		if p.at.Before(from) || !p.at.Before(to) {
			continue
		}
		if all[server] == nil {
			all[server] = map[string]float64{}
		}
		f := all[server]
		if p.measurement == "cosyvoice_service" {
			if held := p.at.Sub(last); held <= 90*time.Second {
				f["state_"+p.fields["state"].(string)+"_seconds"] += held.Seconds()
			}
			if v, ok := p.number("gpu_memory_max_bytes"); ok {
				f["gpu_memory_max_bytes"] = max(f["gpu_memory_max_bytes"], v)
			}
			continue
		}
		f["syntheses_"+p.tags["outcome"]]++
		if audio, ok := p.number("audio_seconds"); ok {
			f["audio_seconds"] += audio
		}
		if rtf, ok := p.number("rtf"); ok && p.tags["outcome"] == "ok" {
			f["rtf"] += rtf
		}
	}
	for _, f := range all {
		var seconds float64
		for _, state := range []string{"ready", "busy", "stuck", "dead"} {
			seconds += f["state_"+state+"_seconds"]
		}
		f["available_percent"] = 100 * (f["state_ready_seconds"] + f["state_busy_seconds"]) / seconds
		if f["rtf"] > 0 {
			f["rtf"] /= f["syntheses_ok"]
		}
	}
	return all
}

func glance(t *testing.T, l *lab) {
	for _, c := range []struct {
		name        string
		start, stop time.Time
		from, to    time.Time // whole
	}{
		{"raw points", now.Add(-3 * time.Hour), now, now.Add(-3 * time.Hour), now},
		{"minutes and raw points", now.Add(-13 * time.Hour), now, now.Add(-13 * time.Hour).Truncate(time.Minute), now},
		{"hours, minutes and raw points", now.AddDate(0, 0, -8), now, now.AddDate(0, 0, -8).Truncate(time.Hour), now},
		{"to an end in the past", recent.Add(time.Hour), recent.Add(8 * time.Hour), recent.Add(time.Hour).Truncate(time.Minute), recent.Add(8 * time.Hour).Truncate(time.Minute).Add(time.Minute)},
		{"raw points are gone", noRaw.Add(time.Hour), noRaw.Add(2 * time.Hour), noRaw.Add(time.Hour), noRaw.Add(2 * time.Hour)},
		{"from hours only to now", hoursOnly, now, hoursOnly, now},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := l.figures(c.from, c.to)
			rows := l.ask("glance.flux", "span", params{"start": c.start.Format(time.RFC3339), "stop": c.stop.Format(time.RFC3339)})
			require.Len(t, rows, 3)
			for _, r := range rows {
				server := text(r, "host") + " " + text(r, "instance")
				require.Contains(t, want, server)
				for name, v := range want[server] {
					assert.InDelta(t, v, number(t, r, name), 1e-9*max(1, v), "%s of %s", name, server)
				}
				for name, v := range r.Values() {
					if _, ok := want[server][name]; !ok && v != nil {
						assert.Contains(t, []string{"result", "table", "host", "instance"}, name, server)
					}
				}
				delete(want, server)
			}
		})
	}
	t.Run("now", func(t *testing.T) {
		for _, stop := range []time.Time{now, now.Add(-2*time.Hour - 17*time.Second)} {
			last := map[string]*point{}
			for i := range l.points {
				p := &l.points[i]
				if p.measurement == "cosyvoice_service" && p.at.Before(stop) && !p.at.Before(stop.Add(-2*time.Minute)) {
					last[p.tags["host"]+" "+p.tags["instance"]] = p
				}
			}
			rows := l.ask("glance.flux", "now", params{"stop": stop.Format(time.RFC3339)})
			require.Len(t, rows, len(last))
			for _, r := range rows {
				p := last[text(r, "host")+" "+text(r, "instance")]
				assert.Equal(t, p.at, r.Time())
				assert.Equal(t, p.fields["state"], text(r, "state"))
				for _, field := range []string{"up", "ready", "cpu_percent", "gpu_memory_bytes", "gpu_memory_max_bytes"} {
					v, ok := p.number(field)
					if !ok {
						assert.Nil(t, r.ValueByKey(field), field)
						continue
					}
					assert.InDelta(t, v, number(t, r, field), 0, field)
				}
			}
		}
	})
	t.Run("a server of which nothing is known now", func(t *testing.T) {
		end := lastWeek.Add(2 * time.Hour)
		for after, servers := range map[time.Duration]int{time.Minute: 3, 3 * time.Minute: 0} {
			rows := l.ask("glance.flux", "now", params{"start": lastWeek.Format(time.RFC3339), "stop": end.Add(after).Format(time.RFC3339)})
			require.Len(t, rows, servers)
		}
	})
}
