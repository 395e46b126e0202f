package process

import (
	"hash/maphash"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// traits are what outlives the container of a server for the most part: arguments,
// environment, and what is mounted from outside. So the server in a container that was
// made anew, even from another image, has more of them in common with its predecessor
// than with that of another. Only hashes are kept: an environment can hold secrets.
type traits map[uint64]bool

func (o *Observer) traitsOf(id processID) traits {
	t := make(traits)
	add := func(kind string, values []string) {
		for _, v := range values {
			t[maphash.Comparable(o.table.seed, [2]string{kind, v})] = true
		}
	}
	add("argument", o.table.commandLine(id.pid))
	if proc, err := o.fs.Proc(id.pid); err == nil {
		environment, _ := proc.Environ() // of another user's server none is known
		add("variable", environment)
	}
	if mounts, err := os.ReadFile(filepath.Join(o.options.ProcRoot, strconv.Itoa(id.pid), "mountinfo")); err == nil {
		add("mount", mountedFolders(string(mounts)))
	}
	return t
}

func (t traits) inCommon(with traits) int {
	n := 0
	for trait := range t {
		if with[trait] {
			n++
		}
	}
	return n
}

// mountedFolders returns, of lines as in /proc/<pid>/mountinfo (proc_pid_mountinfo(5)),
// the folders of file systems that are mounted, each with its place.
func mountedFolders(mountinfo string) []string {
	const folder, place = 3, 4
	var mounted []string
	for line := range strings.Lines(mountinfo) {
		if columns := strings.Fields(line); len(columns) > place {
			mounted = append(mounted, columns[folder]+" "+columns[place])
		}
	}
	return mounted
}
