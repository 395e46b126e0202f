package process

// State is the condition of a server.
//
// A server is checked by the newest probe where it can be probed, else at each
// tick by whether it listens on its port. The states are, first match first:
//
//   - dead: its process is gone. It is reported until a new server takes its
//     name, or for as long as the program runs.
//   - starting: its process runs, but it has neither listened nor answered yet.
//   - stuck: it once listened or answered, and the last three checks failed.
//   - busy: its processes used half a core or more over the interval.
//   - ready: none of the above.
//
// Where its port is not known nothing can be checked, and it is only ever dead,
// busy or ready.
type State string

// The states of a server.
const (
	StateStarting State = "starting"
	StateReady    State = "ready"
	StateBusy     State = "busy"
	StateStuck    State = "stuck"
	StateDead     State = "dead"
)

const (
	busyPercent  = 50.0
	stuckFailing = 3
)

func (s *server) state() State {
	switch {
	case s.dead:
		return StateDead
	case s.health.ready != nil && !s.health.wasReady:
		return StateStarting
	case s.health.failures >= stuckFailing:
		return StateStuck
	case s.cpuPercent != nil && *s.cpuPercent >= busyPercent:
		return StateBusy
	default:
		return StateReady
	}
}
