package process

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

const kibPerMiB = 1 << 10

// hostReader reads the machine as a whole. It remembers the CPU times of the
// last reading.
type hostReader struct {
	root   string
	buffer [4 << 10]byte // far more than what is looked at of each file
	last   *cpuTimes
}

// read leaves absent what cannot be read; each file fails alone.
func (h *hostReader) read() Host {
	var host Host
	if now, err := parseCPUTimes(h.text("stat")); err == nil {
		if h.last != nil {
			host.CPUUsagePercent = busyShare(*h.last, now)
		}
		h.last = &now
	}
	memory := h.text("meminfo")
	if total := flatKeyed(memory, "MemTotal:"); total != nil {
		host.MemoryTotalMiB = new(float64(*total) / kibPerMiB)
		if available := flatKeyed(memory, "MemAvailable:"); available != nil && *available <= *total {
			host.MemoryUsedMiB = new(float64(*total-*available) / kibPerMiB)
		}
	}
	first, _, _ := strings.Cut(h.text("loadavg"), " ")
	if load, err := strconv.ParseFloat(first, 64); err == nil {
		host.Load1 = &load
	}
	return host
}

// text is empty if the file cannot be read.
func (h *hostReader) text(name string) string {
	content, err := readKernelFile(filepath.Join(h.root, name), h.buffer[:])
	if err != nil {
		return ""
	}
	return string(content)
}

// cpuTimes are clock ticks of all CPUs since boot.
type cpuTimes struct {
	busy uint64 // neither idle nor waiting for storage
	rest uint64
}

// Fields of the line "cpu" in /proc/stat (proc_stat(5)). Guest time is part of user
// time already, and time stolen by the hypervisor counts as busy: no program here had it.
var cpuFields = [...]struct {
	name string
	rest bool
}{{"user", false}, {"nice", false}, {"system", false}, {"idle", true}, {"iowait", true}, {"irq", false}, {"softirq", false}, {"steal", false}}

func parseCPUTimes(stat string) (cpuTimes, error) {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) < 1+len(cpuFields) || fields[0] != "cpu" {
		return cpuTimes{}, fmt.Errorf("%q is no line of CPU times", line)
	}
	var t cpuTimes
	for i, field := range cpuFields {
		ticks, err := strconv.ParseUint(fields[1+i], 10, 64)
		switch {
		case err != nil:
			return cpuTimes{}, fmt.Errorf("%s of %q: %w", field.name, line, err)
		case field.rest:
			t.rest += ticks
		default:
			t.busy += ticks
		}
	}
	return t, nil
}

// busyShare is the part of the time between two readings that was busy, in percent. It is
// nil if no time has passed.
func busyShare(before, after cpuTimes) *float64 {
	// The idle counters of a CPU can step back, by the kernel's own account.
	since := func(before, after uint64) float64 { return max(0, float64(after)-float64(before)) }
	busy, rest := since(before.busy, after.busy), since(before.rest, after.rest)
	if busy+rest == 0 {
		return nil
	}
	return new(100 * busy / (busy + rest))
}
