package process

import (
	"cmp"
	"net/netip"
	"slices"
)

// health is what the checks of a server have shown.
type health struct {
	ready    *bool
	wasReady bool // it once listened or answered
	failures int  // checks in a row that failed since then
	port     int  // on which it was found to listen
}

func (h *health) note(passed bool) {
	h.ready = &passed
	if passed {
		h.failures, h.wasReady = 0, true
	} else if h.wasReady {
		h.failures++
	}
}

// check looks at the server's port, sets up the probe of it and takes in what
// the last one found.
func (o *Observer) check(s *server, service *Service) (target, bool) {
	namespace := o.sockets.of(s.id.pid)
	port := o.portOf(s, namespace)
	found, connections, readable := namespace.on(port)
	if !readable || port == 0 && !s.showsSockets() {
		s.health.ready = nil
		return target{}, false
	}
	if found == nil {
		s.health.note(false)
		return target{}, false
	}
	s.health.port, s.health.wasReady = port, true
	service.Connections = &connections
	if !o.options.Probe.Enabled || !o.reaches(namespace) {
		s.health.note(true)
		return target{}, false
	}
	if answer, fresh := o.prober.take(s.id); fresh {
		s.health.ready, s.health.failures = new(answer.failures == 0), answer.failures
		if answer.failures == 0 {
			service.ProbeSeconds = new(answer.latency.Seconds())
		}
	}
	return target{api: s.api(), address: netip.AddrPortFrom(reachableAddr(found.addr), uint16(port))}, true
}

// portOf returns the port that the user or the arguments name. Without one a
// server counts as listening wherever it does: entry points differ in their
// defaults.
func (o *Observer) portOf(s *server, namespace *namespace) int {
	if pin := s.pin; pin != nil && pin.Port != 0 {
		return pin.Port
	}
	expected := 0
	if e := s.evidence; e != nil {
		if port := givenPort(e.command); port != 0 {
			return port
		}
		expected = e.entry.port
	}
	if s.health.port != 0 {
		return s.health.port
	}
	if found, _, _ := namespace.on(expected); expected != 0 && found != nil {
		return expected
	}
	if own := o.ownListeners(s); len(own) > 0 {
		return own[0].port
	}
	return expected
}

// ownListeners returns the sockets of the server's processes that are open to
// others before those on a loopback address, which often are internal; lower
// ports first.
func (o *Observer) ownListeners(s *server) []listener {
	var own []listener
	for _, m := range s.members {
		own = append(own, o.sockets.listening(m.proc)...)
	}
	internal := func(l listener) int {
		if l.addr.IsLoopback() {
			return 1
		}
		return 0
	}
	slices.SortFunc(own, func(a, b listener) int {
		return cmp.Or(cmp.Compare(internal(a), internal(b)), cmp.Compare(a.port, b.port))
	})
	return own
}

// reaches tells whether the sockets of a namespace can be connected to from
// here: in a container with its own network the same address is another place.
func (o *Observer) reaches(namespace *namespace) bool { return o.sockets.own() == namespace }

func reachableAddr(bound netip.Addr) netip.Addr {
	if !bound.IsValid() || bound.IsUnspecified() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return bound
}

// showsSockets tells whether a server without listeners is known to have none.
func (s *server) showsSockets() bool {
	_, err := socketInodes(s.members[s.id].proc)
	return err == nil
}

func (s *server) api() api {
	if s.evidence == nil {
		return apiOther
	}
	return s.evidence.entry.api
}
