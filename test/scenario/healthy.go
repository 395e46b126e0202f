package scenario

import (
	"math"
	"time"
)

// Healthy are boxes that look suspicious, and are well.
func Healthy() []Case {
	calm := func(looks string, change func(t *Tick, after time.Duration), events ...Event) Case {
		return Case{Strength: looks, Box: Box{Name: "healthy-" + looks, At: always(change), Events: events}}
	}
	return []Case{
		calm("plain", func(*Tick, time.Duration) {}),
		calm("nightly-load", func(t *Tick, after time.Duration) {
			if ((after%(24*time.Hour))+24*time.Hour)%(24*time.Hour) < 2*time.Hour {
				t.Concurrency, t.RTF, t.GPU, t.ServiceSM, t.HostCPU = 2.2, 0.42, 92, 90, 55
			}
		}),
		calm("daily-cycle", func(t *Tick, after time.Duration) {
			wave := 1 + 0.9*math.Sin(2*math.Pi*after.Hours()/24)
			t.Concurrency, t.GPU, t.ServiceSM, t.HostCPU = 1.5*wave, 40*wave, 38*wave, 20*wave
		}),
		calm("long-texts", func(t *Tick, _ time.Duration) { t.Audio, t.PerSynthesis = 45, 2*gib }),
		calm("power-at-limit", func(t *Tick, _ time.Duration) { t.PowerCap, t.Power, t.GPU, t.ServiceSM = true, 449, 98, 96 }),
		calm("busy-host-good-rtf", func(t *Tick, _ time.Duration) { t.HostCPU = 99 }),
		calm("slow-card", func(t *Tick, _ time.Duration) { t.RTF, t.FirstChunk, t.GPU, t.ServiceSM = 0.9, 1.5, 97, 95 }),
		calm("idle", func(t *Tick, _ time.Duration) {
			t.Concurrency, t.GPU, t.ServiceSM, t.Power, t.LogLines, t.LogUnderstood = 0, 1, 0, 30, 2, 0
		}),
		calm("idle-clocks", func(t *Tick, after time.Duration) {
			if after > 0 {
				t.Concurrency, t.GPU, t.ServiceSM, t.Power, t.Clock = 0, 1, 0, 30, 3e8
			}
		}),
		calm("vllm-share", func(t *Tick, _ time.Duration) { t.Memory, t.PerSynthesis = 20*gib, 0.2*gib }),
		calm("small-neighbour", func(t *Tick, _ time.Duration) { t.Other = 1.5 * gib }),
		calm("reload", func(t *Tick, after time.Duration) {
			if after >= 0 {
				t.Uptime, t.Starting = after, after < time.Minute
				if t.Starting {
					t.Memory, t.HostCPU, t.GPU = 2*gib, 70, 20
				}
			}
		}, Event{At: -5 * time.Second, Kind: "exit", Severity: "warning", Message: "stopped", Reason: "stopped", Last: "ready"},
			Event{Kind: "start", Severity: "info", Message: "started"}, Event{At: time.Minute, Kind: "ready", Severity: "info", Message: "ready"}),
		calm("one-bad-request", func(*Tick, time.Duration) {}, Event{At: time.Minute, Kind: "exception", Severity: "warning", Message: "ValueError: unknown speaker", Error: "bad_input"}),
	}
}
