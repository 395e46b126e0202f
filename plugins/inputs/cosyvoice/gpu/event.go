package gpu

import "time"

// Severity tells how bad an event is.
type Severity string

const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Error   Severity = "error"
)

// Kinds of events. Those of the driver as a whole have no UUID.
const (
	EventHung         = "gpu_hung"          // the driver does not answer, or not about one GPU
	EventFailed       = "gpu_failed"        // the driver, or one GPU, answers with errors only
	EventDenied       = "gpu_denied"        // this user or container may not use the GPUs
	EventMismatch     = "driver_mismatch"   // library and kernel module are of different versions
	EventGone         = "driver_gone"       // there was a driver, and now there is none
	EventChanged      = "driver_changed"    // another version, or the same loaded anew
	EventRecovered    = "gpu_recovered"     // ends each of the above but driver_changed
	EventLost         = "gpu_lost"          // one GPU fell off the bus, or is no longer listed
	EventBack         = "gpu_back"          // and is back
	EventCountChanged = "gpu_count_changed" // the driver lists, or opens, more or fewer GPUs
	EventXID          = "xid"               // the driver reported a fault of one GPU
)

// Event is a fact about a GPU or the driver worth keeping.
type Event struct {
	Time     time.Time
	Kind     string
	Severity Severity
	UUID     string // of the GPU; empty for the driver as a whole
	Code     *int64 // the number of an Xid
	Message  string
}

// troubles are the kinds of the events with which the states of trouble begin.
var troubles = map[State]string{
	StateHung:     EventHung,
	StateFailed:   EventFailed,
	StateDenied:   EventDenied,
	StateMismatch: EventMismatch,
	StateAbsent:   EventGone,
}

func (m *Monitor) event(severity Severity, kind, uuid, message string) {
	m.events = append(m.events, Event{Time: time.Now(), Kind: kind, Severity: severity, UUID: uuid, Message: message})
}
