package process

import (
	"time"

	"github.com/prometheus/procfs"
)

// clockTicks is the number of clock ticks in a second, as /proc counts time. It
// is 100 on every platform that Go runs on.
const clockTicks = 100

// server is one CosyVoice server, from when it is found until another takes its
// name.
type server struct {
	id       processID
	pin      *Pin
	evidence *evidence // nil for a pinned program that is not a known entry point
	instance string
	base     string // instance name before doubles are told apart
	place    string // see placeOf
	traits   traits
	// companions are the tops of further process trees that belong to it.
	companions []processID

	version   string
	startTime time.Time

	members  map[processID]*member
	counters map[RoleName]*counters
	interval interval
	health   health
	victims  []victims // in its cgroup, and in the one above
	ending   ending

	cpuPercent *float64 // of the last interval
	lastState  State    // as last reported
	sawStart   bool
	dead       bool
	died       time.Time
	notBefore  time.Time // when the server before it in its place died
}

// member is one process of a server.
type member struct {
	id      processID
	proc    procfs.Proc
	stat    stat
	role    RoleName
	cpu     uint64 // clock ticks that have been accounted for
	threads map[int]threadTimes
	read    uint64 // bytes from storage, and to it, as counted last
	written uint64
}

func newServer(id processID, m *match, start time.Time) *server {
	return &server{
		id: id, pin: m.pin, evidence: m.evidence, startTime: start,
		members:  make(map[processID]*member),
		counters: make(map[RoleName]*counters),
	}
}

// assign makes the given processes the members. One that is new in a server
// that has been read before was born since, so all its CPU time belongs to this
// interval; at the first reading the past is left out.
func (s *server) assign(fs procfs.FS, stats *statReader, tree []processID) {
	kept := make(map[processID]*member, len(tree))
	for _, id := range tree {
		if known := s.members[id]; known != nil {
			known.role = s.roleOf(known)
			kept[id] = known
			continue
		}
		proc, err := fs.Proc(id.pid)
		if err != nil {
			continue
		}
		stat, err := stats.read(id.pid)
		if err != nil || stat.isGone() || stat.start != id.start {
			continue
		}
		m := &member{id: id, proc: proc, stat: stat}
		m.role = s.roleOf(m)
		if s.interval.began.IsZero() {
			m.cpu = stat.cpuTicks
		}
		kept[id] = m
	}
	s.members = kept
}
