package process

import "github.com/prometheus/procfs"

const bytesPerMiB = 1 << 20

// hostReader reads the machine as a whole. It remembers the CPU times of the
// last reading.
type hostReader struct {
	fs   procfs.FS
	last *procfs.CPUStat
}

// read leaves absent what cannot be read; each file fails alone.
func (h *hostReader) read() Host {
	var host Host
	if stat, err := h.fs.Stat(); err == nil {
		if h.last != nil {
			host.CPUUsagePercent = busyShare(*h.last, stat.CPUTotal)
		}
		h.last = &stat.CPUTotal
	}
	if memory, err := h.fs.Meminfo(); err == nil {
		if total := memory.MemTotalBytes; total != nil {
			host.MemoryTotalMiB = new(float64(*total) / bytesPerMiB)
			if available := memory.MemAvailableBytes; available != nil && *available <= *total {
				host.MemoryUsedMiB = new(float64(*total-*available) / bytesPerMiB)
			}
		}
	}
	if load, err := h.fs.LoadAvg(); err == nil {
		host.Load1 = &load.Load1
	}
	return host
}

// busyShare is the part of the time between two readings that was neither idle
// nor waiting for storage, in percent. Guest time is part of user time already,
// and time stolen by the hypervisor counts as busy: no program here had it.
// It is nil if no time has passed.
func busyShare(before, after procfs.CPUStat) *float64 {
	busy := func(s procfs.CPUStat) float64 {
		return s.User + s.Nice + s.System + s.IRQ + s.SoftIRQ + s.Steal
	}
	idle := func(s procfs.CPUStat) float64 { return s.Idle + s.Iowait }
	// The idle counters of a CPU can step back, by the kernel's own account.
	work := max(0, busy(after)-busy(before))
	rest := max(0, idle(after)-idle(before))
	if work+rest == 0 {
		return nil
	}
	return new(100 * work / (work + rest))
}
