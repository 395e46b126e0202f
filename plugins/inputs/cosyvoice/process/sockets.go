package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// socketReader reads the TCP sockets of each network namespace at most once a
// tick: the kernel walks a large hash table for it, which takes milliseconds.
type socketReader struct {
	root       string
	namespaces map[string]*namespace
}

// namespace holds the TCP sockets of one network namespace. IPv6 is read only
// when it is asked for.
type namespace struct {
	dir    string
	v4, v6 *sockets
}

// forget drops what was read, at the beginning of a tick.
func (r *socketReader) forget() { r.namespaces = make(map[string]*namespace) }

func (r *socketReader) of(pid int) *namespace { return r.namespaceOf(strconv.Itoa(pid)) }

// own returns the sockets of the namespace in which this program runs.
func (r *socketReader) own() *namespace { return r.namespaceOf("self") }

func (r *socketReader) namespaceOf(process string) *namespace {
	dir := filepath.Join(r.root, process)
	// Another user's namespace link is not readable, but its sockets are; then
	// they are read for that process alone.
	key, err := os.Readlink(filepath.Join(dir, "ns", "net"))
	if err != nil {
		key = process
	}
	if known := r.namespaces[key]; known != nil {
		return known
	}
	fresh := &namespace{dir: dir}
	r.namespaces[key] = fresh
	return fresh
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

// holds tells whether a socket belongs to this namespace.
func (n *namespace) holds(inode uint64) bool {
	for _, l := range n.listeners() {
		if l.inode == inode {
			return true
		}
	}
	return false
}

func (n *namespace) ipv4() *sockets {
	if n.v4 == nil {
		n.v4 = readSockets(filepath.Join(n.dir, "net", "tcp"))
	}
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
