package process

import (
	"cmp"
	"errors"
	"io/fs"
	"syscall"
	"time"
)

// shortestSample is the least time between two samples that gives a CPU
// percentage worth reporting: the kernel counts in hundredths of a second.
const shortestSample = 200 * time.Millisecond

// interval gathers what the samples between two ticks see.
type interval struct {
	began    time.Time
	sampled  time.Time
	cpuTicks map[RoleName]uint64
	pending  uint64 // clock ticks since the last sample that gave a percentage
	cpu      extremes[float64]
	rss      extremes[uint64]
	samples  []Sample
}

// extremes is the range of the values seen, empty at first.
type extremes[T cmp.Ordered] struct{ min, max *T }

func (e *extremes[T]) add(value T) {
	if e.min == nil || value < *e.min {
		e.min = &value
	}
	if e.max == nil || value > *e.max {
		e.max = &value
	}
}

// Sample is a server at one second.
type Sample struct {
	At         time.Time
	CPUPercent float64 // since the sample before, 100 for one core
	RSSBytes   uint64
}

// statSource is the proc file system now, or as it was recorded.
type statSource interface {
	read(pid int) (stat, error)
}

// sample takes in CPU time and memory of the servers at a time that has come or passed, and
// notices deaths.
func (o *Observer) sample(source statSource, at time.Time) {
	for _, s := range o.servers {
		if s.dead {
			continue
		}
		for _, gone := range s.sample(source) {
			o.table.forget(gone.pid)
		}
		if s.members[s.id] == nil {
			o.bury(s, at)
			continue
		}
		s.account(at)
	}
}

// isNoProcess tells the end of a process from a reading that failed for another
// reason, such as too many open files.
func isNoProcess(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH)
}

func (o *Observer) bury(s *server, at time.Time) {
	o.noteExit(s, at)
	o.options.Log.Warnf("CosyVoice server %q is gone: pid %d, last state %s", s.instance, s.id.pid, s.lastState)
	s.ending.close()
	s.dead, s.died, s.lastState = true, at, StateDead
	s.members, s.cpuPercent = nil, nil
}

// sample updates the members and returns those that are gone.
func (s *server) sample(source statSource) (gone []processID) {
	for id, m := range s.members {
		stat, err := source.read(id.pid)
		if err != nil && !isNoProcess(err) {
			continue
		}
		if err != nil || stat.isGone() || stat.start != id.start {
			delete(s.members, id)
			gone = append(gone, id)
			continue
		}
		m.stat = stat
	}
	return gone
}

// account adds what the members have used since the last time to the interval.
func (s *server) account(now time.Time) {
	in := &s.interval
	var rss uint64
	for _, m := range s.members {
		if used := m.stat.cpuTicks; used > m.cpu {
			in.add(m.role, used-m.cpu)
			m.cpu = used
		}
		rss += m.stat.rssBytes
	}
	in.rss.add(rss)
	if in.sampled.IsZero() {
		in.sampled = now
		return
	}
	if elapsed := now.Sub(in.sampled); elapsed >= shortestSample {
		cpu := percent(in.pending, elapsed)
		in.cpu.add(cpu)
		in.samples = append(in.samples, Sample{now, cpu, rss})
		in.pending, in.sampled = 0, now
	}
}

func (in *interval) add(role RoleName, ticks uint64) {
	if in.cpuTicks == nil {
		in.cpuTicks = make(map[RoleName]uint64)
	}
	in.cpuTicks[role] += ticks
	in.pending += ticks
}

// next begins a new interval; the running sample goes on.
func (in *interval) next(now time.Time) {
	*in = interval{began: now, sampled: in.sampled, pending: in.pending}
}

// percent is the part of one core that the clock ticks fill.
func percent(ticks uint64, elapsed time.Duration) float64 {
	return 100 * float64(ticks) / clockTicks / elapsed.Seconds()
}
