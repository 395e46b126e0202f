package process

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/procfs"
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
	pinned := o.pidFilePins()
	for pid := range pinned {
		if known := o.table.entries[pid]; known != nil && known.match == nil {
			o.table.forget(pid)
		}
	}
	scan, err := o.table.scan(func(proc procfs.Proc, stat procfs.ProcStat, argv []string) *match {
		e := o.evidenceOf(proc, stat, argv, gpuPIDs[proc.PID])
		if pin := o.pinOf(proc, argv, e, pinned); pin != nil {
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
	})
	if err != nil {
		o.options.Log.Warnf("Cannot look for servers: %v", err)
	} else {
		// First those of known servers, so that none of them is adopted as a
		// server of its own.
		o.assignProcesses()
		if o.adopt() {
			o.assignProcesses()
		}
	}
	scan.Seconds = time.Since(began).Seconds()
	return scan
}

// adopt starts to follow each server that is not followed yet.
func (o *Observer) adopt() (any bool) {
	var found []*entry
	pinBelow := make(map[int]*Pin)
	for pid, known := range o.table.entries {
		if known.match == nil {
			continue
		}
		top := known
		for above := range o.table.ancestors(pid) {
			if above.match != nil {
				top = above
			}
		}
		if top == known {
			found = append(found, known)
		} else if known.match.pin != nil {
			pinBelow[top.id.pid] = known.match.pin
		}
	}
	// Older servers choose their names first.
	slices.SortFunc(found, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.id.start, b.id.start), cmp.Compare(a.id.pid, b.id.pid))
	})
	for _, top := range found {
		if o.follows(top.id) {
			continue
		}
		if top.match.pin == nil {
			top.match.pin = pinBelow[top.id.pid]
		}
		o.follow(top.id, top.match)
		any = true
	}
	return any
}

// follows tells whether a process is a server that is followed, or part of one:
// a child can come to look like a server after its parent was found.
func (o *Observer) follows(id processID) bool {
	return slices.ContainsFunc(o.servers, func(s *server) bool {
		return !s.dead && (s.id == id || s.members[id] != nil)
	})
}

func (o *Observer) follow(id processID, m *match) {
	s := newServer(id, m, o.startTime(id))
	s.instance = o.freeName(baseName(m))
	s.version = o.options.Version
	if s.version == "" {
		s.version = o.filesOf(id.pid).versionOf(m.evidence)
	}
	o.replaceDead(s)
	o.options.Log.Infof("Found CosyVoice server %q, pid %d: %s", s.instance, id.pid, strings.Join(m.reasons, "; "))
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

// assignProcesses gives each server the processes of its tree.
func (o *Observer) assignProcesses() {
	var roots []int
	for _, s := range o.servers {
		if !s.dead {
			roots = append(roots, s.id.pid)
		}
	}
	if len(roots) == 0 {
		return
	}
	trees := o.table.trees(roots)
	for _, s := range o.servers {
		if s.dead {
			continue
		}
		var tree []processID
		if root := o.table.entries[s.id.pid]; root != nil && root.id == s.id {
			for _, pid := range trees[s.id.pid] {
				tree = append(tree, o.table.entries[pid].id)
			}
		}
		s.assign(o.fs, tree)
		if s.members[s.id] == nil {
			o.bury(s)
		}
	}
}

// startTime is exact to the hundredth of a second within one boot; the boot
// time itself is known to the second.
func (o *Observer) startTime(id processID) time.Time {
	const clockTick = time.Second / clockTicks
	return o.boot.Add(time.Duration(id.start) * clockTick)
}
