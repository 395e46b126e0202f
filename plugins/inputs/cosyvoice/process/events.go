package process

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// EventKind names what happened to a server.
type EventKind string

// The kinds of event.
const (
	EventStart EventKind = "start"
	EventReady EventKind = "ready"
	EventExit  EventKind = "exit"
)

// Severity ranks an event for a person.
type Severity string

// The severities in use.
const (
	SeverityInfo  Severity = "info"
	SeverityError Severity = "error"
)

// Event is one fact about a server's life.
type Event struct {
	Kind     EventKind
	Severity Severity
	Instance string
	Version  string
	Message  string
	PID      int
	// LastState is the state that was last reported before the event.
	LastState State
	// OOMKilled tells of an exit that the kernel's out of memory killer has struck in the
	// server's cgroup since the last tick, or in the one above if that is gone.
	OOMKilled bool
	// Status is how the process of an exit ended; nil if that cannot be known.
	Status *unix.WaitStatus
	// When is the start of the process for a start, else the time at which the
	// fact was noticed: an exit at most one sample late.
	When time.Time
}

func (o *Observer) noteStart(s *server) {
	when := s.startTime
	// The boot time is known to the second only. A restart must not seem to
	// come before the exit that it follows.
	if when.Before(s.notBefore) {
		when = s.notBefore.Add(time.Millisecond)
	}
	o.note(s, EventStart, SeverityInfo, when, fmt.Sprintf("server started with pid %d", s.id.pid))
}

func (o *Observer) noteReady(s *server) {
	now := o.options.Now()
	o.note(s, EventReady, SeverityInfo, now,
		fmt.Sprintf("server ready %.0f s after its start", now.Sub(s.startTime).Seconds()))
}

func (o *Observer) noteExit(s *server, at time.Time) {
	exit := o.note(s, EventExit, SeverityError, at,
		fmt.Sprintf("server process %d is gone after %.0f s, it was %s",
			s.id.pid, at.Sub(s.startTime).Seconds(), s.lastState))
	exit.OOMKilled, exit.Status = o.wasOOMKilled(s), o.howEnded(s)
}

func (o *Observer) note(s *server, kind EventKind, severity Severity, when time.Time, message string) *Event {
	o.events = append(o.events, Event{
		Kind: kind, Severity: severity, Instance: s.instance, Version: s.version,
		Message: message, PID: s.id.pid, LastState: s.lastState, When: when,
	})
	return &o.events[len(o.events)-1]
}
