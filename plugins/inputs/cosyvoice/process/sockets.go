package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/prometheus/procfs"
)

// socketReader reads the TCP sockets of each network namespace at most once a
// tick.
type socketReader struct {
	root string
	// dump lists the sockets of this program's own namespace; nil where only
	// the proc file system can tell.
	dump       func() (*sockets, error)
	namespaces map[namespaceID]*namespace
}

// namespaceID is the file of a network namespace's sockets. Each namespace has
// its own, and anybody may see which it is, unlike the links in /proc/<pid>/ns.
type namespaceID struct{ device, inode uint64 }

// namespace holds the TCP sockets of one network namespace. IPv6 is read only
// when it is asked for.
type namespace struct {
	id     namespaceID // zero if it cannot be told
	dir    string
	dump   func() (*sockets, error)
	v4, v6 *sockets
	asked  bool // whether a pinned port has opened
}

// forget drops what was read, at the beginning of a tick.
func (r *socketReader) forget() { r.namespaces = make(map[namespaceID]*namespace) }

func (r *socketReader) of(pid int) *namespace { return r.namespaceOf(strconv.Itoa(pid)) }

// own returns the sockets of the namespace in which this program runs.
func (r *socketReader) own() *namespace { return r.namespaceOf("self") }

func (r *socketReader) namespaceOf(process string) *namespace {
	fresh := &namespace{dir: filepath.Join(r.root, process)}
	id, err := identify(fresh.dir)
	if err != nil {
		return fresh
	}
	if known := r.namespaces[id]; known != nil {
		return known
	}
	fresh.id = id
	r.namespaces[id] = fresh
	if r.dump != nil {
		if own, err := identify(filepath.Join(r.root, "self")); err == nil && own == id {
			fresh.dump = r.dump
		}
	}
	return fresh
}

func identify(dir string) (namespaceID, error) {
	var stat syscall.Stat_t
	if err := syscall.Stat(filepath.Join(dir, "net", "tcp"), &stat); err != nil {
		return namespaceID{}, err
	}
	return namespaceID{uint64(stat.Dev), stat.Ino}, nil
}

// listening returns the sockets on which a process listens, none if its file
// descriptors are not readable.
func (r *socketReader) listening(proc procfs.Proc) []listener {
	inodes, err := socketInodes(proc)
	if err != nil || len(inodes) == 0 {
		return nil
	}
	var own []listener
	for _, l := range r.of(proc.PID).listeners() {
		if inodes[l.inode] {
			own = append(own, l)
		}
	}
	return own
}

func (n *namespace) listeners() []listener {
	return append(append([]listener(nil), n.ipv4().listening...), n.ipv6().listening...)
}

// on returns the listener on a port and the number of connections established
// to it. Readable is false if nothing can be said.
func (n *namespace) on(port int) (found *listener, connections int, readable bool) {
	for _, family := range []func() *sockets{n.ipv4, n.ipv6} {
		s := family()
		readable = readable || s.established != nil
		for i := range s.listening {
			if s.listening[i].port == port {
				return &s.listening[i], s.established[port], true
			}
		}
	}
	return nil, 0, readable
}

// ipv4 holds the sockets of both families where they are listed at once.
func (n *namespace) ipv4() *sockets {
	if n.v4 != nil {
		return n.v4
	}
	if n.dump != nil {
		if all, err := n.dump(); err == nil {
			n.v4, n.v6 = all, &sockets{}
			return n.v4
		}
	}
	n.v4 = readSockets(filepath.Join(n.dir, "net", "tcp"))
	return n.v4
}

func (n *namespace) ipv6() *sockets {
	if n.v6 == nil {
		n.v6 = readSockets(filepath.Join(n.dir, "net", "tcp6"))
	}
	return n.v6
}

// readSockets returns no sockets at all, established being nil, where they are
// not readable.
func readSockets(name string) *sockets {
	file, err := os.Open(name)
	if err != nil {
		return &sockets{}
	}
	defer file.Close()
	s, err := parseTCP(file)
	if err != nil {
		return &sockets{}
	}
	return s
}

// socketInodes returns the inodes of a process's sockets.
func socketInodes(proc procfs.Proc) (map[uint64]bool, error) {
	targets, err := proc.FileDescriptorTargets()
	if err != nil {
		return nil, err
	}
	inodes := make(map[uint64]bool)
	for _, target := range targets {
		text, ok := strings.CutPrefix(target, "socket:[")
		if !ok {
			continue
		}
		if inode, err := strconv.ParseUint(strings.TrimSuffix(text, "]"), 10, 64); err == nil {
			inodes[inode] = true
		}
	}
	return inodes, nil
}
