package process

import (
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// pidFilePins reads the pid files. One that is missing or malformed is that of
// a server that does not run.
func (o *Observer) pidFilePins() map[int]*Pin {
	var pinned map[int]*Pin
	for i := range o.options.Pins {
		pin := &o.options.Pins[i]
		if pin.PIDFile == "" {
			continue
		}
		content, err := os.ReadFile(pin.PIDFile)
		if err != nil {
			continue
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(string(content))); err == nil && pid > 0 {
			if pinned == nil {
				pinned = make(map[int]*Pin)
			}
			pinned[pid] = pin
		}
	}
	return pinned
}

// pinOf returns the pin that names a process, or nil.
func (o *Observer) pinOf(pid int, argv []string, e *evidence, pinned map[int]*Pin) *Pin {
	if pin := pinned[pid]; pin != nil {
		return pin
	}
	for i := range o.options.Pins {
		pin := &o.options.Pins[i]
		switch {
		case pin.Pattern != nil:
			if !isStarter(argv[0]) && pin.Pattern.MatchString(strings.Join(argv, " ")) {
				return pin
			}
		case pin.Port != 0:
			if o.serves(pid, pin.Port, e) {
				return pin
			}
		case pin.isGroup():
			if !isBystander(argv[0]) && inCgroup(o.cgroupsOf(pid), pin.cgroup()) {
				return pin
			}
		}
	}
	return nil
}

// isGroup tells that all processes that a pin names are one server.
func (p *Pin) isGroup() bool { return p.Unit != "" || p.Cgroup != "" }

func (p *Pin) cgroup() string {
	switch {
	case p.Cgroup != "":
		return p.Cgroup
	case path.Ext(p.Unit) == "":
		return p.Unit + ".service"
	default:
		return p.Unit
	}
}

// isBystander tells programs that run beside a server in its unit or container
// and are not it: above it, or in its place after its end.
func isBystander(name string) bool {
	return isStarter(name) || slices.Contains([]string{"sleep", "tail", "tee", "cat", "docker-proxy", "conmon"}, path.Base(name))
}

// serves tells whether a process listens on a port. Where its sockets are not
// readable it is believed by its arguments.
func (o *Observer) serves(pid, port int, e *evidence) bool {
	claims := e != nil && expectedPort(e) == port
	namespace := o.sockets.of(pid)
	isKnown := namespace.id != namespaceID{}
	o.table.entries[pid].network = namespace.id
	if isKnown && !claims && !o.listensOn(namespace, port) {
		return false // nobody does; to read what the process has open would be in vain
	}
	proc, err := o.fs.Proc(pid)
	if err != nil {
		return false
	}
	inodes, err := socketInodes(proc)
	if err != nil {
		return claims
	}
	for _, l := range namespace.listeners() {
		if l.port == port && inodes[l.inode] {
			return true
		}
	}
	return false
}
