package scenario

import "time"

// Case is a box of which it is known what is wrong.
type Case struct {
	Box
	Cause    string // code of the catalogue, "" for a healthy one
	Strength string // weak, normal or strong; of a healthy one what makes it look suspicious
}

// strengths are how much is wrong, from just to be seen to not to be missed.
var strengths = map[string]float64{"weak": 0.5, "normal": 1, "strong": 2}

// Cases are what shows within minutes.
func Cases() (cases []Case) {
	for strength, much := range strengths {
		add := func(cause string, change func(t *Tick, after time.Duration), events ...Event) *Case {
			cases = append(cases, Case{Cause: cause, Strength: strength, Box: Box{Name: cause + "-" + strength, At: since(change), Events: events}})
			return &cases[len(cases)-1]
		}
		slow := 1 + 1.2*much // times

		add("host_cpu_contention", func(t *Tick, _ time.Duration) {
			t.HostCPU, t.RTF, t.FirstChunk = 96+much, t.RTF*slow, t.FirstChunk*slow
			t.GPU, t.ServiceSM = t.GPU/slow, t.ServiceSM/slow
			t.Concurrency *= 1.4
		})
		add("concurrency_cliff", func(t *Tick, _ time.Duration) {
			t.Concurrency *= 1 + 2*much
			t.RTF, t.FirstChunk = t.RTF*slow, t.FirstChunk*slow
			t.GPU, t.ServiceSM, t.ServiceCPU = 97, 95, 180
		})
		add("host_bound", func(t *Tick, _ time.Duration) {
			t.GPU, t.ServiceSM, t.Thread, t.Power, t.RTF = 55-12*much, 50-12*much, 99, 100, 0.6+0.25*much
		})
		add("cpu_fallback", func(t *Tick, _ time.Duration) {
			t.GPU, t.ServiceSM, t.ServiceCPU, t.Thread, t.RTF, t.HostCPU, t.Power = 12-4*much, 10-4*much, 600, 99, 1+much, 75, 70
		})
		add("throttle_thermal", func(t *Tick, _ time.Duration) {
			t.Thermal, t.Temperature, t.Clock, t.RTF = true, 86+2*much, t.Clock*(1-0.2*much), t.RTF*(1+0.3*much)
		})
		add("throttle_power", func(t *Tick, _ time.Duration) {
			t.PowerCap, t.Power, t.PowerLimit, t.Clock, t.RTF = true, 149, 150, t.Clock*(1-0.2*much), t.RTF*(1+0.7*much)
		})
		add("clocks_lowered", func(t *Tick, _ time.Duration) {
			t.Clock, t.Power, t.RTF = t.Clock*(0.85-0.2*much), 120, t.RTF*(1+0.5*much)
		})
		add("noisy_neighbour", func(t *Tick, _ time.Duration) {
			t.GPU, t.ServiceSM, t.Other, t.RTF = 98, 75-15*much, 2*gib, t.RTF*slow
		})
		add("cgroup_cpu_limit", func(t *Tick, _ time.Duration) {
			t.CPULimit, t.ServiceCPU, t.RTF, t.Thread = 200, 196, t.RTF*slow, 80
			t.GPU, t.ServiceSM = t.GPU/slow, t.ServiceSM/slow
		})
		add("first_chunk_grew", func(t *Tick, _ time.Duration) {
			t.FirstChunk *= 1 + 0.9*much
			t.Concurrency = 1
		})
		add("warm_up", func(t *Tick, after time.Duration) {
			t.Uptime, t.WarmUp, t.RTF, t.Concurrency = after+30*time.Second, true, 0.4+0.7*much, 1
			if after > 3*time.Minute {
				t.WarmUp, t.RTF = false, 0.35
			}
		}, Event{Kind: "start", Severity: "info", Message: "started"}, Event{At: 20 * time.Second, Kind: "ready", Severity: "info", Message: "ready"})
		add("gpu_out_of_memory", func(t *Tick, _ time.Duration) {}, Event{At: time.Minute, Kind: "oom", Severity: "error", Message: "CUDA out of memory", Error: "out_of_memory", OOM: true})
		add("gpu_memory_peak", func(t *Tick, _ time.Duration) {
			t.Memory, t.PerSynthesis, t.Audio = 14*gib, (5.2+1.2*much)*gib, 20
		})
		add("gpu_memory_unowned", func(t *Tick, _ time.Duration) { t.Unowned = 3 * much * gib })
		add("gpu_memory_neighbour", func(t *Tick, _ time.Duration) { t.Other = (5 + 5*much) * gib })
		add("gpu_memory_high", func(t *Tick, _ time.Duration) { t.Memory, t.PerSynthesis = (21+much)*gib, 0.2*gib })
		add("gpu_utilization_high", func(t *Tick, _ time.Duration) { t.GPU, t.ServiceSM, t.Concurrency = 93+3*much, 92+3*much, 4 })
		add("stuck_dead_thread", func(t *Tick, after time.Duration) {
			t.Stuck, t.Age, t.Concurrency, t.GPU, t.ServiceSM, t.Power = 1+much, after, 0, 2, 1, 60
		}, Event{Kind: "llm_thread_died", Severity: "error", Message: "the language model's thread died"})
		add("runaway_generation", func(t *Tick, after time.Duration) {
			if strength == "strong" {
				t.Stuck, t.Age, t.GPU = 1, after, 96
				return
			}
			t.Rambling = 2.1 + 0.6*much // 1.9 and 1.7 characters a second
		})
		add("sticky_cuda_error", func(t *Tick, _ time.Duration) { t.Outcome, t.Error, t.RTF = "error", "illegal_access", 0.05 },
			Event{Kind: "cuda_error", Severity: "error", Message: "an illegal memory access was encountered", Error: "illegal_access"})
		var starts []Event
		for i := range int(2 + 2*much) {
			starts = append(starts, Event{At: time.Duration(i) * 40 * time.Second, Kind: "start", Severity: "info", Message: "started"},
				Event{At: time.Duration(i)*40*time.Second + 15*time.Second, Kind: "exit", Severity: "error", Message: "ended", Reason: "failed", Last: "ready"})
		}
		add("crash_loop", func(t *Tick, after time.Duration) {
			t.Uptime, t.Concurrency, t.Up = 10*time.Second, 0, after%(40*time.Second) < 15*time.Second
		}, starts...)
		add("host_out_of_memory", func(t *Tick, after time.Duration) {
			t.Up = after > 2*time.Minute
			t.Uptime = after - 2*time.Minute
		}, Event{Kind: "exit", Severity: "error", Message: "ended", Reason: "oom_killed", Last: "busy"}, Event{At: 2 * time.Minute, Kind: "start", Severity: "info", Message: "started"})
		add("queue_full", func(t *Tick, _ time.Duration) {}, Event{At: time.Minute, Kind: "queue_full", Severity: "warning", Message: "the queue is full"})
		add("gpu_hung", func(t *Tick, _ time.Duration) { t.GPUState, t.Concurrency, t.Stuck = "hung", 0, 0 },
			Event{Kind: "gpu_hung", Severity: "error", UUID: true, Message: "the driver does not answer"})
		add("gpu_lost", func(t *Tick, _ time.Duration) { t.GPUState, t.Concurrency = "lost", 0 },
			Event{Kind: "gpu_lost", Severity: "error", UUID: true, Message: "lost"})
		add("gpu_xid", func(t *Tick, _ time.Duration) {}, Event{At: time.Minute, Kind: "xid", Severity: "error", UUID: true, Message: "Xid 63", Code: 63})
		add("driver_mismatch", func(t *Tick, _ time.Duration) { t.NVML = "mismatch" })
		add("model_load_failed", func(t *Tick, after time.Duration) {
			t.Up, t.Starting, t.Uptime = after < time.Minute, true, after
		}, Event{Kind: "start", Severity: "info", Message: "started"}, Event{At: time.Minute, Kind: "exit", Severity: "error", Message: "ended", Reason: "failed", Last: "starting"})
		add("disk_full", func(t *Tick, _ time.Duration) {}, Event{At: time.Minute, Kind: "exception", Severity: "error", Message: "OSError: [Errno 28] No space left on device", Error: "other"})
		add("log_unreadable", func(t *Tick, _ time.Duration) {
			t.Outcome, t.LogLines, t.LogUnderstood = "", 0, 0
			if strength == "weak" {
				t.LogLag = 40 * mib
			} else {
				t.LogFiles = 0
			}
		})
		add("log_format_unknown", func(t *Tick, _ time.Duration) { t.Outcome, t.LogUnderstood = "", 0 })
	}
	return cases
}
