package process

import "slices"

// The order in which servers found at once are followed.
const (
	rankKnown  = iota // a known entry point
	rankPinned        // another program, that the configuration names
	rankPart          // never a server of its own
)

func (m *match) rank() int {
	switch {
	case m.evidence == nil:
		return rankPinned
	case m.pin == nil && m.evidence.entry.part:
		return rankPart
	default:
		return rankKnown
	}
}

// groupOf returns the server whose own process tree does not hold the given
// process, but to which it belongs, or nil. There are two such kinds: what runs
// in a pinned unit or cgroup beside its main process, and trtllm-serve, which
// upstream's script starts beside Triton (runtime/triton_trtllm).
func (o *Observer) groupOf(top *entry) *server {
	i := slices.IndexFunc(o.servers, func(s *server) bool {
		switch {
		case s.dead:
			return false
		case top.match.pin != nil:
			return top.match.pin == s.pin && s.pin.isGroup()
		case top.match.rank() == rankPart:
			return s.isTriton() && o.together(s, top)
		default:
			return false
		}
	})
	if i < 0 {
		return nil
	}
	return o.servers[i]
}

func (s *server) isTriton() bool {
	return s.evidence != nil && s.evidence.entry.program == tritonServer
}

// together tells whether a process was started with a server: in the same
// container, or by the same shell.
func (o *Observer) together(s *server, part *entry) bool {
	if container := containerOf(s.evidence.cgroups); container != "" {
		return container == containerOf(part.match.evidence.cgroups)
	}
	shell := o.table.entries[s.id.pid].ppid
	argv := o.table.commandLine(shell)
	return len(argv) > 0 && isStarter(argv[0]) && o.table.isBelow(part.id.pid, shell)
}
