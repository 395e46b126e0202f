package process

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"
)

// baseName is the instance name of a server before doubles are told apart. It
// rests only on what is there from the server's first moment, so that a series
// does not change while the server starts.
func baseName(m *match) string {
	if m.pin != nil {
		return m.pin.Name
	}
	if port := expectedPort(m.evidence); port != 0 {
		return strconv.Itoa(port)
	}
	c := m.evidence.command
	if folder := path.Base(path.Dir(absolute(m.evidence.cwd, c.program))); folder != "." && folder != "/" && !c.isTitle() {
		return folder
	}
	return path.Base(c.program)
}

// expectedPort is the port in the arguments, else the entry point's default, or
// 0.
func expectedPort(e *evidence) int {
	if port := givenPort(e.command); port != 0 {
		return port
	}
	return e.entry.port
}

// freeName returns the name of the dead server to which this one is the successor, else
// the base, or with a number behind it if another server has that name.
func (o *Observer) freeName(s *server) string {
	if dead := o.predecessor(s); dead != nil {
		return dead.instance
	}
	name := s.base
	for n := 2; ; n++ {
		taken := slices.ContainsFunc(o.servers, func(other *server) bool { return other.instance == name })
		if !taken {
			return name
		}
		name = fmt.Sprintf("%s-%d", s.base, n)
	}
}

// predecessor is, of the dead servers of the same base name, one in the same place, else
// the one that has the most in common with the server; nil if there is none.
func (o *Observer) predecessor(s *server) *server {
	var found *server
	most := -1
	for _, dead := range o.servers {
		if !dead.dead || dead.base != s.base {
			continue
		}
		common := s.traits.inCommon(dead.traits)
		if dead.place == s.place {
			common += len(s.traits) + 1
		}
		if common > most {
			found, most = dead, common
		}
	}
	return found
}

// placeOf tells servers with the same command line apart over their restarts:
// by container and folder.
func placeOf(e *evidence) string {
	if e == nil {
		return ""
	}
	return containerOf(e.cgroups) + "\x00" + e.cwd
}

// byAge sorts servers so that older ones choose their names first. Of those in
// containers the container counts, which outlives a restart of the server.
func (o *Observer) byAge(tops []*entry) {
	age := make(map[*entry]time.Time, len(tops))
	for _, top := range tops {
		age[top] = o.startTime(top.id)
		if made, ok := o.filesOf(top.id.pid).containerMade(); ok {
			age[top] = made
		}
	}
	slices.SortFunc(tops, func(a, b *entry) int {
		return cmp.Or(age[a].Compare(age[b]), cmp.Compare(a.id.start, b.id.start), cmp.Compare(a.id.pid, b.id.pid))
	})
}
