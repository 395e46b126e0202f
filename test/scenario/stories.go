package scenario

import "time"

// When, after the onset of the leak, synthesis stutters, one fails, and the server is restarted.
const (
	LeakStutters = 27 * time.Minute
	LeakFails    = 28*time.Minute + 20*time.Second
	LeakRestarts = LeakFails + 20*time.Second
	// LeakFull is when the card would have been full of what the server keeps.
	LeakFull = 32 * time.Minute
)

// Leak is a box on which memory creeps for half an hour to the end of the card; synthesis stutters,
// one fails, and somebody restarts the server.
func Leak() Box {
	const load = 15 * time.Second
	return Box{
		Name: "story-leak",
		At: since(func(t *Tick, after time.Duration) {
			if after >= LeakRestarts {
				t.Uptime = after - LeakRestarts
				t.Starting = t.Uptime < load
				return
			}
			t.Memory += after.Minutes() / LeakFull.Minutes() * 18 * gib
			if after >= LeakStutters {
				t.RTF, t.FirstChunk = 1.1, 2.5
			}
			if after >= LeakFails {
				t.Outcome, t.Error = "error", "out_of_memory"
			}
		}),
		Events: []Event{
			{At: LeakFails, Kind: "oom", Severity: "error", Message: "CUDA out of memory", Error: "out_of_memory", OOM: true},
			{At: LeakRestarts, Kind: "exit", Severity: "warning", Message: "server process is gone", Reason: "stopped", Last: "busy"},
			{At: LeakRestarts + time.Second, Kind: "start", Severity: "info", Message: "server started"},
			{At: LeakRestarts + load, Kind: "ready", Severity: "info", Message: "server ready"},
		},
	}
}

// Evening is a box on which so much is asked for at once that the host's processors are full.
func Evening() Box {
	return Box{
		Name: "story-evening",
		At: since(func(t *Tick, _ time.Duration) {
			t.HostCPU, t.Concurrency, t.RTF, t.FirstChunk, t.GPU, t.ServiceSM = 98.5, 6, 0.9, 1.4, 40, 38
		}),
	}
}

// Stories are boxes of which a whole evening is told.
func Stories() []Box {
	return []Box{
		Leak(),
		Evening(),
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
