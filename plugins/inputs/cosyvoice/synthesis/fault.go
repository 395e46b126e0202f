package synthesis

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// maxFaults bounds the errors that nobody has asked for: a server can fail a thousand
// times in a second, and says nothing new by it.
const maxFaults = 1000

// fault takes an error and finds the synthesis that it ended.
func (t *Tracker) fault(record *logline.Record, at time.Time) {
	f := record.Fault
	if len(t.news.Faults) < maxFaults {
		t.news.Faults = append(t.news.Faults, Fault{At: t.stamps.point(at, record.Place), FaultText: f})
	} else {
		t.faultsDropped++
	}
	if f.Where == logline.LLMThread {
		t.blame(threadFault{f, at})
		return
	}
	r := t.failed(at)
	if r == nil {
		return // of the server, not of a synthesis
	}
	r.Progress = at
	r.EndPlace = record.Place
	r.Memory = f.Memory
	outcome := Failed
	if f.Error == logline.ClientGone {
		outcome = Abandoned
	}
	t.finish(r, outcome, f.Error)
}

// threadFault is the death of a thread of the language model.
type threadFault struct {
	logline.FaultText
	At time.Time
}

// blame finds the request whose thread died. The log does not tell it.
func (t *Tracker) blame(fault threadFault) {
	s := t.newestOpen(func(s *segment) bool { return s.Request.ThreadFault == nil && !s.Started.After(fault.At) })
	if s != nil {
		s.Request.ThreadFault = &fault
	}
}

// acquit blames another request for the death of a thread, if this one turns out to have
// got all of a stream: that never ends without its thread.
func (t *Tracker) acquit(r *request) {
	if r.ThreadFault == nil || !r.Several {
		return
	}
	fault := *r.ThreadFault
	t.blame(fault)
	r.ThreadFault = nil
}

// failed is the request that an exception ended. Its bar is closed before the exception
// is written; one without a bar has a segment in work, or was just announced.
func (t *Tracker) failed(at time.Time) *request {
	for _, r := range t.Requests {
		if r.Closing {
			return r
		}
	}
	for _, r := range t.Requests {
		if r.MayBeClosed {
			return r
		}
	}
	if len(t.Arrivals) > 0 {
		r := t.newRequest(t.Arrivals[0].Place, at)
		r.Inferred = !t.bindArrival(r)
		return r
	}
	if s := t.newestOpen(func(*segment) bool { return true }); s != nil && s.Request.Bar == nil {
		s.Request.Inferred = s.Request.Inferred || len(t.Requests) > 1
		return s.Request
	}
	return nil
}

// newestOpen is the segment that started last of those without audio, else of all, among
// those that may be meant.
func (t *Tracker) newestOpen(may func(*segment) bool) *segment {
	var newest *segment
	for _, s := range t.open {
		if !may(s) || s.Request.Stuck {
			continue
		}
		if newest == nil || s.Yields == 0 || newest.Yields > 0 {
			newest = s
		}
	}
	return newest
}
