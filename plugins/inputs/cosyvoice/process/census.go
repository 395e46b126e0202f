package process

import (
	"bytes"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	// maxCensusAge is the longest that the processes go without being listed, in ticks.
	maxCensusAge = 30
	// listCost is what it takes to list a process, in questions whether one is there.
	listCost = 4
)

// census knows the processes of the host from tick to tick. To list /proc costs the kernel a
// microsecond for each of them. So only the process ids are asked for that the kernel has
// handed out since, and if the kernel's own count is then lower, those known before. /proc is
// listed where that does not explain the count.
//
// The count is that of all process id namespaces, so this is for the initial one.
type census struct {
	lister lister
	exists func(pid int) bool // whether a process has the id
	people []listed           // at the last tick
	newest int                // process id that was handed out last
	others int                // in the count without being processes; -1 if not known
	age    int                // ticks since the processes were listed
}

func newCensus(root string, exists func(pid int) bool) *census {
	return &census{lister: lister{root: root}, exists: exists, others: -1}
}

// list returns the processes alive; the slice is reused by the next call.
func (c *census) list() ([]listed, error) {
	newest, count, ok := c.ask()
	if ok && c.update(newest, count) {
		c.age++
		return c.people, nil
	}
	people, err := c.lister.list()
	if err != nil {
		return nil, err
	}
	// Whoever came during the listing is asked for at the next tick.
	c.people, c.newest, c.age = people, newest, 0
	if newestNow, countNow, _ := c.ask(); ok && newestNow == newest && countNow == count {
		c.others = count - len(people)
	}
	return people, nil
}

// update brings the people up to date, and tells whether they are as many as they should be.
func (c *census) update(newest, count int) bool {
	born := newest - c.newest
	if c.others < 0 || c.age >= maxCensusAge || born < 0 || born > listCost*len(c.people) {
		return false // after the highest process id the lowest free one follows
	}
	c.people = slices.DeleteFunc(c.people, func(p listed) bool { return p.pid > c.newest && p.pid <= newest })
	for pid := c.newest + 1; pid <= newest; pid++ {
		var stat unix.Stat_t
		if c.exists(pid) && unix.Stat(filepath.Join(c.lister.root, strconv.Itoa(pid)), &stat) == nil {
			c.people = append(c.people, listed{pid, stat.Ino})
		}
	}
	c.newest = newest
	// Most who have ended are young.
	for i := len(c.people) - 1; i >= 0 && len(c.people) > count-c.others; i-- {
		if !c.exists(c.people[i].pid) {
			c.people = slices.Delete(c.people, i, i+1)
		}
	}
	return len(c.people) == count-c.others
}

// ask returns the process id that was handed out last (proc_loadavg(5)), and the number of
// links to /proc: one for each process and a few more (the kernel's fs/proc/root.c,
// proc_root_getattr).
func (c *census) ask() (newest, count int, ok bool) {
	var buffer [128]byte
	var stat unix.Stat_t
	text, err := readKernelFile(filepath.Join(c.lister.root, "loadavg"), buffer[:])
	if err != nil || unix.Stat(c.lister.root, &stat) != nil {
		return 0, 0, false
	}
	text = bytes.TrimSpace(text)
	newest, ok = parsePID(text[bytes.LastIndexByte(text, ' ')+1:])
	return newest, int(stat.Nlink), ok
}

// isProcess tells whether a process, not only a thread, has this id.
func isProcess(pid int) bool { return unix.Tgkill(pid, pid, 0) != unix.ESRCH }
