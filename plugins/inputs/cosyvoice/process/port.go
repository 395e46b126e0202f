package process

import (
	"cmp"
	"maps"
	"slices"

	"github.com/prometheus/procfs"
)

// To list the sockets of a network namespace that is not this program's own takes
// several milliseconds (the kernel walks a table of 2 MB for each file), and all of a
// host's containers can have one. So they are listed only where their number has
// changed, and of very many namespaces some have to wait for a later tick.
const (
	maxNetworks     = 32 // asked for the number in one tick
	maxNetworkReads = 4  // listed in one tick
)

// network remembers who listened on the pinned ports of a network namespace.
type network struct {
	asked     int            // turn
	sockets   int            // in use when they were listed
	listeners map[int]uint64 // inode of the socket by port, 0 for none
}

// lookForPorts notices that somebody has begun to listen on a pinned port, as a server
// may do minutes after its start. No port is looked for whose server is known.
func (o *Observer) lookForPorts() {
	o.networkTurn++
	o.networkReads = 0
	members := o.table.networks()
	maps.DeleteFunc(o.networks, func(id namespaceID, _ *network) bool { return members[id] == 0 })
	if !o.missesPort() {
		return
	}
	turn := slices.SortedFunc(maps.Keys(o.networks), func(a, b namespaceID) int {
		return cmp.Compare(o.networks[a].asked, o.networks[b].asked)
	})
	for _, id := range turn[:min(len(turn), maxNetworks)] {
		if namespace := o.sockets.of(members[id]); namespace.id == id {
			o.askForPorts(namespace)
		}
	}
}

// missesPort tells whether a pinned port has no server alive.
func (o *Observer) missesPort() bool {
	return slices.ContainsFunc(o.options.Pins, func(pin Pin) bool {
		return pin.Port != 0 && !slices.ContainsFunc(o.servers, func(s *server) bool {
			return !s.dead && s.pin != nil && s.pin.Port == pin.Port
		})
	})
}

// listensOn tells whether anybody in the namespace is known to listen on a pinned port.
func (o *Observer) listensOn(namespace *namespace, port int) bool {
	o.askForPorts(namespace)
	return o.networks[namespace.id].listeners[port] != 0
}

// askForPorts brings up to date, once a tick, who listens on the pinned ports of a
// namespace. Where somebody new does, its processes become due.
func (o *Observer) askForPorts(namespace *namespace) {
	if namespace.asked {
		return
	}
	namespace.asked = true
	n := o.networks[namespace.id]
	if n == nil {
		n = &network{sockets: -1, listeners: make(map[int]uint64)}
		o.networks[namespace.id] = n
	}
	if isOwn := namespace.dump != nil; !isOwn {
		count := namespace.inUse()
		changed := count != n.sockets || count < 0
		if changed && o.networkReads == maxNetworkReads {
			return
		}
		n.asked = o.networkTurn
		if !changed {
			return
		}
		n.sockets = count
		o.networkReads++
	}
	opened := false
	for _, pin := range o.options.Pins {
		if pin.Port == 0 {
			continue
		}
		var inode uint64
		if found, _, _ := namespace.on(pin.Port); found != nil {
			inode = found.inode
		}
		opened = opened || inode != 0 && inode != n.listeners[pin.Port]
		n.listeners[pin.Port] = inode
	}
	if opened {
		o.table.lookAgain(namespace.id)
	}
}

// inUse is the number of TCP sockets that are listed, -1 if it cannot be told.
func (n *namespace) inUse() int {
	fs, err := procfs.NewFS(n.dir)
	if err != nil {
		return -1
	}
	count := -1
	for _, read := range []func() (*procfs.NetSockstat, error){fs.NetSockstat, fs.NetSockstat6} {
		stat, err := read()
		if err != nil {
			continue // as version 6 where it is switched off
		}
		for _, protocol := range stat.Protocols {
			if protocol.Protocol == "TCP" || protocol.Protocol == "TCP6" {
				count = max(count, 0) + protocol.InUse
			}
		}
	}
	return count
}
