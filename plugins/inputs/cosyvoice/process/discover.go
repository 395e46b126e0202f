package process

import (
	"slices"
	"strings"
	"time"
)

// match is a process that is a server, by its signs or because it is pinned.
type match struct {
	pin      *Pin
	evidence *evidence // nil for a pinned program that is not a known entry point
	reasons  []string
}

// discover brings the servers up to date with the processes of the host.
func (o *Observer) discover(gpuPIDs map[int]bool) Scan {
	began := time.Now()
	o.sockets.forget()
	o.lookForPorts()
	pinned := o.pidFilePins()
	for pid := range pinned {
		if known := o.table.entries[pid]; known != nil && known.match == nil {
			o.table.forget(pid)
		}
	}
	scan, err := o.table.scan(gpuPIDs, func(pid int, argv []string) *match {
		return o.examine(pid, argv, gpuPIDs[pid], pinned)
	})
	if err != nil {
		o.options.Log.Warnf("Cannot look for servers: %v", err)
	} else if !scan.Partial {
		o.follow()
		o.assignProcesses()
	}
	scan.Seconds = time.Since(began).Seconds()
	return scan
}

func (o *Observer) examine(pid int, argv []string, onGPU bool, pinned map[int]*Pin) *match {
	e := o.evidenceOf(pid, argv, onGPU)
	if pin := o.pinOf(pid, argv, e, pinned); pin != nil {
		return &match{pin: pin, evidence: e, reasons: []string{"the configuration names it"}}
	}
	if e == nil {
		return nil
	}
	reasons, isServer := judge(e)
	if !isServer {
		return nil
	}
	return &match{evidence: e, reasons: reasons}
}

// follow buries servers that have ended, takes in what others have become, and
// starts to follow each that is new.
func (o *Observer) follow() {
	followed := make(map[int]bool)
	for _, s := range o.servers {
		s.companions = nil
		switch root := o.table.entries[s.id.pid]; {
		case s.dead:
		case root == nil || root.id != s.id:
			o.bury(s, o.options.Now())
		default:
			followed[s.id.pid] = true
			s.renew(root.match)
		}
	}
	tops, pinBelow := o.table.tops(followed)
	if len(tops) == 0 {
		return
	}
	o.byAge(tops)
	// Parts come last, when the servers that they belong to are known, and of a
	// pinned group the program that is known to serve becomes the main process.
	slices.SortStableFunc(tops, func(a, b *entry) int { return a.match.rank() - b.match.rank() })
	for _, top := range tops {
		if top.match.pin == nil {
			top.match.pin = pinBelow[top.id.pid]
		}
		if s := o.groupOf(top); s != nil {
			s.companions = append(s.companions, top.id)
		} else if top.match.rank() < rankPart {
			o.adopt(top)
		}
	}
}

// renew takes in what a server's process has turned into: one that starts
// itself anew keeps its id, but may have other arguments. A title that it
// writes over them says nothing.
func (s *server) renew(m *match) {
	if m == nil || m.evidence == nil || m.evidence == s.evidence {
		return
	}
	s.evidence, s.health = m.evidence, health{}
}

func (o *Observer) adopt(top *entry) {
	s := newServer(top.id, top.match, o.startTime(top.id))
	s.base, s.place, s.traits = baseName(top.match), placeOf(top.match.evidence), o.traitsOf(top.id)
	s.instance = o.freeName(s)
	s.version = o.options.Version
	if s.version == "" {
		s.version = o.filesOf(top.id.pid).versionOf(s.evidence)
	}
	s.ending = o.endingOf(s.id)
	o.replaceDead(s)
	o.options.Log.Infof("Found CosyVoice server %q, pid %d: %s", s.instance, s.id.pid, strings.Join(top.match.reasons, "; "))
	if s.startTime.After(o.began) || !s.notBefore.IsZero() {
		o.noteStart(s)
		s.sawStart = true
	}
	s.lastState = StateStarting
}

// replaceDead puts a server into the place of the dead one of its name.
func (o *Observer) replaceDead(s *server) {
	for i, old := range o.servers {
		if old.instance == s.instance {
			s.notBefore = old.died
			s.lastState = old.lastState
			o.servers[i] = s
			return
		}
	}
	o.servers = append(o.servers, s)
}

// assignProcesses gives each server the processes of its trees.
func (o *Observer) assignProcesses() {
	for _, s := range o.servers {
		if s.dead {
			continue
		}
		var processes []processID
		for _, root := range append([]processID{s.id}, s.companions...) {
			for _, pid := range o.table.tree(root.pid) {
				processes = append(processes, o.table.entries[pid].id)
			}
		}
		s.assign(o.fs, o.stats, processes)
		if s.members[s.id] == nil {
			o.bury(s, o.options.Now())
		}
	}
}

// startTime is exact to the hundredth of a second within one boot; the boot
// time itself is known to the second.
func (o *Observer) startTime(id processID) time.Time {
	const clockTick = time.Second / clockTicks
	return o.boot.Add(time.Duration(id.start) * clockTick)
}
