package process

import (
	"fmt"
	"path"
	"slices"
	"strconv"
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
	if folder := path.Base(path.Dir(absolute(m.evidence.cwd, m.evidence.command.program))); folder != "." && folder != "/" {
		return folder
	}
	return path.Base(m.evidence.command.program)
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
// that name. The name of a dead one is free: its successor takes it over.
func (o *Observer) freeName(base string) string {
	name := base
	for n := 2; ; n++ {
		taken := slices.ContainsFunc(o.servers, func(s *server) bool { return !s.dead && s.instance == name })
		if !taken {
			return name
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
}
