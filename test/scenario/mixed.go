package scenario

import "time"

// Mixed is a box on which two things are wrong at once.
type Mixed struct {
	Box
	Causes []string // all that are to be found
	First  string   // the one that is named as the answer, "" where it is open which
}

// Mixtures are what comes together on real boxes, by chance or since one thing leads to the other.
// They are to be judged from 35 to 40 minutes after the onset.
func Mixtures() (mixtures []Mixed) {
	add := func(name, first string, causes []string, change func(t *Tick, after time.Duration), events ...Event) {
		mixtures = append(mixtures, Mixed{Box: Box{Name: "mixed-" + name, At: since(change), Events: events}, Causes: causes, First: first})
	}
	leak := func(t *Tick, after time.Duration) { t.Memory += after.Hours() * 9 * gib }
	const late = 34 * time.Minute

	add("leak-contention", "", []string{"gpu_memory_leak", "host_cpu_contention"}, func(t *Tick, after time.Duration) {
		leak(t, after)
		t.HostCPU, t.RTF, t.GPU, t.ServiceSM = 98, 2.2*t.RTF, 35, 33
	})
	add("leak-host-memory", "", []string{"gpu_memory_leak", "host_memory_growth"}, func(t *Tick, after time.Duration) {
		leak(t, after)
		t.RSS += after.Hours() * 16 * gib
		t.HostMemory += after.Hours() * 16 * gib
	})
	add("leak-out-of-memory", "gpu_memory_leak", []string{"gpu_memory_leak", "gpu_out_of_memory"}, func(t *Tick, after time.Duration) {
		t.Memory += min(1, after.Minutes()/36) * 18 * gib
	}, Event{At: late, Kind: "oom", Severity: "error", Message: "CUDA out of memory", Error: "out_of_memory", OOM: true})
	add("neighbour-thermal", "", []string{"noisy_neighbour", "throttle_thermal"}, func(t *Tick, _ time.Duration) {
		t.GPU, t.ServiceSM, t.Other, t.RTF = 98, 55, 2*gib, 2.3*t.RTF
		t.Thermal, t.Temperature, t.Clock = true, 89, 0.8*t.Clock
	})
	add("neighbour-power", "", []string{"noisy_neighbour", "throttle_power"}, func(t *Tick, _ time.Duration) {
		t.GPU, t.ServiceSM, t.Other, t.RTF = 98, 55, 2*gib, 2.3*t.RTF
		t.PowerCap, t.Power, t.Clock = true, 448, 0.75*t.Clock
	})
	add("fallback-concurrency", "cpu_fallback", []string{"cpu_fallback", "concurrency_cliff"}, func(t *Tick, _ time.Duration) {
		t.GPU, t.ServiceSM, t.ServiceCPU, t.Thread, t.HostCPU, t.Power = 6, 5, 600, 99, 80, 70
		t.RTF, t.Concurrency = 3, 5
	})
	add("thermal-concurrency", "throttle_thermal", []string{"throttle_thermal"}, func(t *Tick, _ time.Duration) {
		// Of a hot card nobody knows what it could do if it were cool.
		t.Thermal, t.Temperature, t.Clock = true, 90, 0.7*t.Clock
		t.Concurrency, t.RTF, t.GPU, t.ServiceSM = 5, 2.5*t.RTF, 97, 95
	})
	add("limit-contention", "cgroup_cpu_limit", []string{"cgroup_cpu_limit"}, func(t *Tick, _ time.Duration) {
		// With the limit gone the full host would still be there, and be found then.
		t.CPULimit, t.ServiceCPU, t.HostCPU, t.RTF, t.Thread = 200, 197, 98, 2.2*t.RTF, 80
		t.GPU, t.ServiceSM = 32, 30
	})
	add("queue-concurrency", "concurrency_cliff", []string{"queue_full", "concurrency_cliff"}, func(t *Tick, _ time.Duration) {
		t.Concurrency, t.RTF, t.FirstChunk, t.GPU, t.ServiceSM = 5, 2.4*t.RTF, 2.4*t.FirstChunk, 97, 95
	}, Event{At: late, Kind: "queue_full", Severity: "warning", Message: "the queue is full"})
	var kills []Event
	for i := range 4 {
		at := late + time.Duration(i)*time.Minute
		kills = append(kills, Event{At: at, Kind: "start", Severity: "info", Message: "started"},
			Event{At: at + 50*time.Second, Kind: "exit", Severity: "error", Message: "ended", Reason: "oom_killed", Last: "busy"})
	}
	add("crashes-out-of-memory", "host_out_of_memory", []string{"crash_loop", "host_out_of_memory"}, func(t *Tick, after time.Duration) {
		if after > late {
			t.Uptime, t.Up, t.Concurrency = after%time.Minute, after%time.Minute < 50*time.Second, 0.3
		}
	}, kills...)
	add("neighbour-out-of-memory", "gpu_memory_neighbour", []string{"gpu_memory_neighbour", "gpu_out_of_memory"}, func(t *Tick, _ time.Duration) {
		t.Other = 14 * gib
	}, Event{At: late, Kind: "oom", Severity: "error", Message: "CUDA out of memory", Error: "out_of_memory", OOM: true})
	add("xid-sticky", "gpu_xid", []string{"gpu_xid", "sticky_cuda_error"}, func(t *Tick, after time.Duration) {
		if after > late {
			t.Outcome, t.Error, t.RTF = "error", "illegal_access", 0.05
		}
	}, Event{At: late, Kind: "xid", Severity: "error", UUID: true, Message: "Xid 13", Code: 13},
		Event{At: late + 5*time.Second, Kind: "cuda_error", Severity: "error", Message: "an illegal memory access was encountered", Error: "illegal_access"})
	return mixtures
}
