package process

import (
	"fmt"

	"github.com/prometheus/procfs"
)

// maxPause is the longest that a process goes without another look, in ticks.
const maxPause = 30

// table remembers every process of the host, so that a tick reads only those
// that are new or due. A process can turn into another program, as a shell does
// that ends in exec; so each is looked at again after one tick, then after two,
// four and so on.
type table struct {
	fs      procfs.FS
	self    int
	tick    int
	entries map[int]*entry
}

type entry struct {
	id    processID
	ppid  int
	due   int // tick of the next look
	pause int
	match *match // nil if it is no server
}

// processID names one process for good: a pid alone is handed out again.
type processID struct {
	pid   int
	start uint64 // in clock ticks since boot
}

// examiner decides whether a process is a server.
type examiner func(proc procfs.Proc, stat procfs.ProcStat, argv []string) *match

// scan brings the table up to date.
func (t *table) scan(examine examiner) (Scan, error) {
	procs, err := t.fs.AllProcs()
	if err != nil {
		return Scan{}, fmt.Errorf("list the processes: %w", err)
	}
	t.tick++
	alive := make(map[int]bool, len(procs))
	var fresh []procfs.Proc
	for _, proc := range procs {
		alive[proc.PID] = true
		if known := t.entries[proc.PID]; known == nil || t.tick >= known.due {
			fresh = append(fresh, proc)
		}
	}
	for pid := range t.entries {
		if !alive[pid] {
			delete(t.entries, pid)
		}
	}
	// All are entered first, so that an examiner finds the ancestors.
	entered := fresh[:0]
	var stats []procfs.ProcStat
	for _, proc := range fresh {
		if stat, ok := t.enter(proc); ok {
			entered, stats = append(entered, proc), append(stats, stat)
		}
	}
	for i, proc := range entered {
		t.entries[proc.PID].match = t.examined(proc, stats[i], examine)
	}
	return Scan{Processes: len(procs), Examined: len(entered)}, nil
}

func (t *table) enter(proc procfs.Proc) (procfs.ProcStat, bool) {
	stat, err := proc.Stat()
	if err == nil && isGone(stat) || err != nil && isNoProcess(err) {
		delete(t.entries, proc.PID)
	}
	if err != nil || isGone(stat) {
		return stat, false
	}
	id := processID{proc.PID, stat.Starttime}
	known := t.entries[proc.PID]
	if known == nil || known.id != id {
		known = &entry{id: id, pause: 1}
		t.entries[proc.PID] = known
	} else {
		known.pause = min(2*known.pause, maxPause)
	}
	known.ppid = stat.PPID
	known.due = t.tick + known.pause
	return stat, true
}

func (t *table) examined(proc procfs.Proc, stat procfs.ProcStat, examine examiner) *match {
	if proc.PID == t.self || stat.PPID == t.self {
		return nil
	}
	argv, err := proc.CmdLine()
	if err != nil || len(argv) == 0 { // as of a kernel thread
		return nil
	}
	return examine(proc, stat, argv)
}

// forget makes the next scan look at a process afresh.
func (t *table) forget(pid int) { delete(t.entries, pid) }

// ancestors yields the processes above one, the nearest first.
func (t *table) ancestors(pid int) func(yield func(*entry) bool) {
	return func(yield func(*entry) bool) {
		known := t.entries[pid]
		for range maxAncestors {
			if known == nil {
				return
			}
			if known = t.entries[known.ppid]; known == nil || !yield(known) {
				return
			}
		}
	}
}

// trees returns, for each of the given roots, the root and all its descendants.
func (t *table) trees(roots []int) map[int][]int {
	children := make(map[int][]int)
	for pid, known := range t.entries {
		children[known.ppid] = append(children[known.ppid], pid)
	}
	trees := make(map[int][]int, len(roots))
	for _, root := range roots {
		tree := []int{root}
		for i := 0; i < len(tree) && len(tree) <= len(t.entries); i++ {
			tree = append(tree, children[tree[i]]...)
		}
		trees[root] = tree
	}
	return trees
}

// isGone tells a process that has ended and only waits for its parent to notice.
func isGone(stat procfs.ProcStat) bool { return stat.State == "Z" || stat.State == "X" }
