package scenario

import "time"

// Stories are boxes of which a whole evening is told.
func Stories() []Box {
	return []Box{
		{
			// Memory creeps for half an hour to the end of the card; then a synthesis fails.
			Name: "story-leak",
			At: since(func(t *Tick, after time.Duration) {
				t.Memory += min(1, after.Minutes()/33) * 18 * gib
				if after > 32*time.Minute && after < 33*time.Minute {
					t.Outcome, t.Error = "error", "out_of_memory"
				}
			}),
			Events: []Event{{At: 32 * time.Minute, Kind: "oom", Severity: "error", Message: "CUDA out of memory", Error: "out_of_memory", OOM: true}},
		},
		{
			Name: "story-evening",
			At: since(func(t *Tick, after time.Duration) {
				t.HostCPU, t.Concurrency, t.RTF, t.FirstChunk, t.GPU, t.ServiceSM = 98.5, 2.5, 0.9, 1.4, 40, 38
			}),
		},
		{Name: "story-calm", At: healthy},
		{
			Name: "story-young",
			At: since(func(t *Tick, after time.Duration) {
				t.Uptime = after
				t.Memory += min(1, after.Minutes()/10) * 18 * gib
			}),
			Events: []Event{
				{Kind: "start", Severity: "info", Message: "started"},
				{At: 10 * time.Minute, Kind: "oom", Severity: "error", Message: "CUDA out of memory", Error: "out_of_memory", OOM: true},
			},
		},
		{
			Name: "story-riddle",
			At: since(func(t *Tick, after time.Duration) {
				if after > 10*time.Minute && after < 11*time.Minute {
					t.Outcome, t.Error = "error", "other"
				}
			}),
		},
	}
}
