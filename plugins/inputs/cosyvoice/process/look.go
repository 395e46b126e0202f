package process

import (
	"hash/maphash"
	"path/filepath"
	"strconv"
	"strings"
)

// look reads the command line, and examines the process unless that is of a
// known server and unchanged.
func (t *table) look(known *entry, examine examiner) {
	if known.hidden {
		shown := t.enter(listed{known.id.pid, known.inode})
		if shown == nil {
			known.pause = min(2*known.pause, maxPause)
			known.due = t.tick + known.pause
			return
		}
		known = shown
	}
	pid := known.id.pid
	argv := t.commandLine(pid)
	longest := maxPause
	if len(argv) > 0 && isStarter(argv[0]) {
		longest = maxStarterPause
	}
	if known.due > 0 {
		known.pause *= 2
	}
	known.pause = min(known.pause, longest)
	known.due = t.tick + known.pause
	line := maphash.String(t.seed, strings.Join(argv, "\x00"))
	if known.match != nil {
		// A server's own command line is read at each tick: it may start itself anew.
		known.due = t.tick + 1
		if known.line == line {
			return
		}
	}
	known.line = line
	// A kernel thread has no command line.
	if len(argv) == 0 || pid == t.self || known.ppid == t.self {
		known.match = nil
		return
	}
	known.match = examine(pid, argv)
}

// commandLine is empty if it cannot be read.
func (t *table) commandLine(pid int) []string {
	line, err := readKernelFile(filepath.Join(t.root, strconv.Itoa(pid), "cmdline"), t.line)
	if err != nil || len(line) == 0 {
		return nil
	}
	return strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
}
