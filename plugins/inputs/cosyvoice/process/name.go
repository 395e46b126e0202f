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

// freeName returns the base, or with a number behind it if a living server has
// that name. The name of a dead one is free: its successor takes it over, before
// others the one in the same place.
func (o *Observer) freeName(base, place string) string {
	for _, s := range o.servers {
		if s.dead && s.base == base && s.place == place {
			return s.instance
		}
	}
	name := base
	for n := 2; ; n++ {
		taken := slices.ContainsFunc(o.servers, func(s *server) bool { return !s.dead && s.instance == name })
		if !taken {
			return name
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
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
