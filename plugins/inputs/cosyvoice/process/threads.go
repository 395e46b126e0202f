package process

import (
	"time"

	"github.com/prometheus/procfs"
)

// readThreads reads /proc/<pid>/task/<tid>/schedstat, which gives a thread's
// time on a CPU and its time waiting for one, in nanoseconds, and the number of
// times it got one (Documentation/scheduler/sched-stats.rst). A kernel built
// without it gives zeros throughout, which stay absent.
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
			counted = counted || after.RunningNanoseconds > 0
			hottest = max(hottest, increase(before.RunningNanoseconds, after.RunningNanoseconds))
			total.wait += increase(before.WaitingNanoseconds, after.WaitingNanoseconds)
			total.switches += increase(before.RunTimeslices, after.RunTimeslices)
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

func (o *Observer) threadsOf(pid int) map[int]procfs.ProcSchedstat {
	threads, err := o.fs.AllThreads(pid)
	if err != nil {
		return nil
	}
	times := make(map[int]procfs.ProcSchedstat, len(threads))
	for _, thread := range threads {
		if schedstat, err := thread.Schedstat(); err == nil {
			times[thread.PID] = schedstat
		}
	}
	return times
}
