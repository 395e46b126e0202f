package main

import (
	"fmt"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// usage is what a process and all its descendants have taken so far.
type usage struct {
	cpu      time.Duration
	rssBytes uint64
	pssBytes uint64 // shared pages in parts, as those of the program that both run
}

// usageOf reads the CPU clocks of the processes below a root, in nanoseconds and
// with their ended threads, and the CPU time of the children that have ended, which
// the kernel tells in hundredths of a second (proc_pid_stat(5), cutime).
func usageOf(root int) (usage, error) {
	all, err := procfs.AllProcs()
	if err != nil {
		return usage{}, err
	}
	children := map[int][]procfs.ProcStat{}
	stats := map[int]procfs.ProcStat{}
	for _, p := range all {
		if stat, err := p.Stat(); err == nil {
			children[stat.PPID] = append(children[stat.PPID], stat)
			stats[stat.PID] = stat
		}
	}
	if stat, ok := stats[root]; !ok || stat.State == "Z" { // nobody waits for it yet
		return usage{}, fmt.Errorf("process %d has ended", root)
	}
	var u usage
	for left := []procfs.ProcStat{stats[root]}; len(left) > 0; left = left[1:] {
		stat := left[0]
		left = append(left, children[stat.PID]...)
		cpu, err := cpuClock(stat.PID)
		if err != nil {
			continue // it ended just now; its parent has its time
		}
		ended := time.Duration(stat.CUTime+stat.CSTime) * (time.Second / 100)
		u.cpu += cpu + ended
		u.rssBytes += uint64(stat.ResidentMemory())
		if p, err := procfs.NewProc(stat.PID); err == nil {
			if rollup, err := p.ProcSMapsRollup(); err == nil {
				u.pssBytes += rollup.Pss
			}
		}
	}
	return u, nil
}

// cpuClock is the CPU time of all threads of a process. The number of its clock is
// made of the pid as in the kernel's posix-timers.h, MAKE_PROCESS_CPUCLOCK.
func cpuClock(pid int) (time.Duration, error) {
	const perProcessScheduled = 2 // CPUCLOCK_SCHED
	clock := int32(^uint32(pid)<<3 | perProcessScheduled)
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, fmt.Errorf("read the CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}
