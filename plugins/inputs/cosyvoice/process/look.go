package process

import (
	"hash/maphash"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
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
		known.pause = min(2*known.pause, longest)
	}
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
	proc, err := t.fs.Proc(pid)
	if err != nil {
		return
	}
	known.match = examine(proc, argv)
}

// commandLine is empty if it cannot be read. It is read for so many processes
// that it does without what os.ReadFile asks the kernel besides.
func (t *table) commandLine(pid int) []string {
	file, err := unix.Open(filepath.Join(t.root, strconv.Itoa(pid), "cmdline"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(file)
	n, err := unix.Read(file, t.line)
	if err != nil || n <= 0 {
		return nil
	}
	return strings.Split(strings.TrimRight(string(t.line[:n]), "\x00"), "\x00")
}
