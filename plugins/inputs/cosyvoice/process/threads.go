package process

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// threadTimes are the first three numbers of /proc/<pid>/task/<tid>/schedstat
// (Documentation/scheduler/sched-stats.rst). A kernel built without it gives zeros.
type threadTimes struct {
	running, waiting uint64 // nanoseconds on a CPU, and able to run without one
	slices           uint64 // times that it got a CPU
}

// readThreads sums up what the threads of a role did. Where the kernel gives zeros, it stays
// absent.
func (o *Observer) readThreads(role *Role, total *counters, members []*member, elapsed time.Duration) {
	var hottest uint64
	counted := false
	for _, m := range members {
		now := o.threadsOf(m.id.pid)
		if now == nil {
			continue // what was read before is kept, else all would count anew
		}
		for tid, after := range now {
			before := m.threads[tid]
			counted = counted || after.running > 0
			hottest = max(hottest, increase(before.running, after.running))
			total.wait += increase(before.waiting, after.waiting)
			total.switches += increase(before.slices, after.slices)
		}
		m.threads = now
	}
	if !counted {
		return
	}
	role.CPUWaitSecondsTotal = new(float64(total.wait) / float64(time.Second))
	role.ContextSwitchesTotal = new(total.switches)
	// Before the second reading the time of a thread is that of its whole life.
	if elapsed > 0 {
		role.HottestThreadPercent = new(100 * float64(hottest) / float64(elapsed))
	}
}

func (o *Observer) threadsOf(pid int) map[int]threadTimes {
	o.threads.root = filepath.Join(o.options.ProcRoot, strconv.Itoa(pid), "task")
	threads, err := o.threads.list()
	if err != nil {
		return nil
	}
	times := make(map[int]threadTimes, len(threads))
	for _, thread := range threads {
		text, err := readKernelFile(filepath.Join(o.threads.root, strconv.Itoa(thread.pid), "schedstat"), o.buffer[:])
		if err != nil {
			continue
		}
		if t, ok := parseSchedstat(string(text)); ok {
			times[thread.pid] = t
		}
	}
	return times
}

func parseSchedstat(text string) (threadTimes, bool) {
	fields := strings.Fields(text)
	if len(fields) < 3 {
		return threadTimes{}, false
	}
	running, waiting, slices := number(fields[0]), number(fields[1]), number(fields[2])
	if running == nil || waiting == nil || slices == nil {
		return threadTimes{}, false
	}
	return threadTimes{*running, *waiting, *slices}, true
}
