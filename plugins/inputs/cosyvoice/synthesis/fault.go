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
		if s := t.newestOpen(true); s != nil {
			s.Request.ThreadFault = &f
		}
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

// failed is the request that an exception ended. Its bar is closed before the exception
// is written; one without a bar has a segment in work, or was just announced.
func (t *Tracker) failed(at time.Time) *request {
	for _, r := range t.Requests {
		if r.Closing {
			return r
		}
	}
	if len(t.Arrivals) > 0 {
		r := t.newRequest(t.Arrivals[0].Place, at)
		r.Inferred = !t.bindArrival(r)
		return r
	}
	if s := t.newestOpen(false); s != nil && s.Request.Bar == nil {
		s.Request.Inferred = s.Request.Inferred || len(t.Requests) > 1
		return s.Request
	}
	return nil
}

// newestOpen is the segment that started last of those without audio, else of all. With
// alive, only those count whose thread has not died.
func (t *Tracker) newestOpen(alive bool) *segment {
	var newest *segment
	for _, s := range t.open {
		if alive && s.Request.ThreadFault != nil || s.Request.Stuck {
			continue
		}
		if newest == nil || s.Yields == 0 || newest.Yields > 0 {
			newest = s
		}
	}
	return newest
}
