package synthesis

import (
	"cmp"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// bar is the progress bar over the segments of a request, as last shown.
type bar struct{ Row, Done, Total int }

func (t *Tracker) bar(record *logline.Record) {
	b := &record.Bar
	r := t.inRow(b.Row)
	doubtful := false
	// A bar is closed in row 0. The line feed behind it may come later, from under the
	// line of another thread.
	if b.Row == 0 && (b.Ended || r != nil && !r.goesOn(b) || r == nil && b.Done > 0) {
		if closed := t.closed(b); closed != nil {
			rowInUse := r != nil && r.Bar.Done < r.Bar.Total
			if rowInUse || b.Done > 0 || b.Seconds > 0 {
				if closed.Bar.Done < b.Done {
					t.Echoes = append(t.Echoes, echo{b.Total, t.Now})
				}
				t.close(closed, b)
				return
			}
			// Or a bar opens, and the line feed leads to the row of another.
			closed.MayBeClosed, closed.Inferred = true, true
			doubtful = true
		}
	}
	if r != nil && !r.goesOn(b) {
		t.release(r)
		r = nil
	}
	if r == nil && b.Done == b.Total {
		return // of a request that has ended, or began before the reading
	}
	if r == nil {
		r = t.announced(record)
		r.Inferred = r.Inferred || doubtful
	}
	if b.Done > r.Bar.Done {
		r.MayBeClosed = false
		t.completeByBar(r)
		r.Progress = t.Now
	}
	r.Bar.Done = b.Done
	t.shown = r
}

// echo is a bar that was taken as closed when its last step was first seen: that may have been
// its step, and the line feed behind it that of another thread. It is then closed once more.
type echo struct {
	Total int
	At    time.Time
}

// echoes is how soon after its last step a bar is closed, with some time for the client to
// take the audio.
const echoes = time.Second

// isEcho tells whether b closes a bar that was taken as closed before.
func (t *Tracker) isEcho(b *logline.BarLine) bool {
	t.Echoes = slices.DeleteFunc(t.Echoes, func(e echo) bool { return t.Now.Sub(e.At) > echoes })
	i := slices.IndexFunc(t.Echoes, func(e echo) bool { return e.Total == b.Total })
	if i < 0 {
		return false
	}
	t.Echoes = slices.Delete(t.Echoes, i, i+1)
	return true
}

// completeByBar ends the segment in work, if there is one, since the bar stepped behind it.
func (t *Tracker) completeByBar(r *request) {
	t.claim(r)
	t.complete(r)
	t.acquit(r)
}

// announced begins the request of a bar that was not seen before.
func (t *Tracker) announced(record *logline.Record) *request {
	b := &record.Bar
	r := t.newRequest(record.Place, t.Now)
	r.Bar, r.Unplaced = &bar{Row: b.Row, Total: b.Total}, true
	if b.Done > 0 {
		began := t.Now.Add(-time.Duration(b.Seconds) * time.Second)
		r.Partial = !began.After(t.Began)
		r.Inferred = !r.Partial // it was taken as ended
	}
	if !t.bindArrival(r) && len(t.Arrivals) > 0 {
		r.Inferred = true
	}
	return r
}

// unshown is how soon after a bar was shown a further step is not: tqdm's mininterval, with
// some time for the writing.
const unshown = 150 * time.Millisecond

// took is the time from the start of a segment, before which the bar was shown, to its last
// yield, after which the bar steps.
func (s *segment) took() time.Duration { return s.LastYield.Sub(s.Started) }

// goesOn tells whether b can be the next state of the request's own bar.
func (r *request) goesOn(b *logline.BarLine) bool {
	return b.Total == r.Bar.Total && b.Done >= r.Bar.Done && (b.Done > 0 || r.Segments == 0)
}

func (t *Tracker) inRow(row int) *request {
	for _, r := range t.Requests {
		if r.Bar != nil && r.Bar.Row == row && !r.Closing {
			return r
		}
	}
	return nil
}

// closed finds the request whose bar is closed by b; nil if b is a step of the bar in
// row 0, with the line feed by which the cursor goes to another one.
func (t *Tracker) closed(b *logline.BarLine) *request {
	if r := t.shown; r != nil && r.shows(b.Done, b.Total) {
		return r
	}
	if r := t.inRow(0); r != nil && b.Done < b.Total && r.shows(b.Done-1, b.Total) {
		return nil
	}
	age := func(r *request) int { return int(t.Now.Sub(r.Start) / time.Second) }
	tooOld := func(r *request) bool { return age(r) > b.Seconds }
	candidates := slices.DeleteFunc(t.showing(b.Done, b.Total), tooOld)
	if len(candidates) == 0 && b.Done == b.Total {
		// The last step is not shown where the one before was 0.1 s ago.
		candidates = slices.DeleteFunc(t.showing(b.Total-1, b.Total), func(r *request) bool {
			return r.Current == nil || r.Current.Yields == 0 || tooOld(r)
		})
		slow := func(r *request) bool { return r.Current.took() > unshown }
		if likely := slices.DeleteFunc(slices.Clone(candidates), slow); len(likely) > 0 {
			candidates = likely
		} else if len(candidates) > 0 && t.isEcho(b) {
			return nil
		} else {
			for _, r := range candidates {
				r.Inferred = true // its step should have been shown
			}
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	for _, r := range candidates {
		r.Inferred = r.Inferred || len(candidates) > 1
	}
	return slices.MaxFunc(candidates, func(a, b *request) int {
		return cmp.Or(cmp.Compare(age(a), age(b)), a.Progress.Compare(b.Progress))
	})
}

func (t *Tracker) showing(done, total int) (requests []*request) {
	for _, r := range t.Requests {
		if r.shows(done, total) {
			requests = append(requests, r)
		}
	}
	return requests
}

func (r *request) shows(done, total int) bool {
	return r.Bar != nil && !r.Closing && r.Bar.Done == done && r.Bar.Total == total
}

func (t *Tracker) close(r *request, b *logline.BarLine) {
	if b.Done == b.Total {
		t.completeByBar(r) // its last step may not have been shown
		t.finish(r, OK, "")
		return
	}
	t.leave(r)
	r.Closing, r.ClosedAt = true, t.Now
}

// release ends a request whose row is used again. If another one that looked the same was
// taken as closed just now, it was this one in truth.
func (t *Tracker) release(r *request) {
	for _, other := range t.Requests {
		if other.Closing && other.Bar.Done == r.Bar.Done && other.Bar.Total == r.Bar.Total {
			other.Closing = false
			t.enter(other)
			t.leave(r)
			r.Closing, r.ClosedAt = true, other.ClosedAt
			return
		}
	}
	r.Inferred = true // its end was taken for another's
	t.finish(r, r.lastOutcome(), "")
}

// requestFor finds the request of which a segment starts; nil if it is a new one.
func (t *Tracker) requestFor(at time.Time) (found *request, sure bool) {
	var awaiting, skipped, idle []*request
	for _, r := range t.Requests {
		switch {
		case r.Closing:
		case r.Bar == nil:
			if r.Current != nil && r.Current.Yields > 0 && at.Sub(r.End) < sameRequest && r.Current.goesOn() {
				idle = append(idle, r)
			}
		case r.Bar.Done < r.Bar.Total && r.Current == nil:
			awaiting = append(awaiting, r)
		case r.Segments < r.Bar.Total && r.Current != nil && r.Current.Yields > 0:
			skipped = append(skipped, r)
		}
	}
	if len(awaiting) > 1 {
		for _, r := range awaiting {
			r.Inferred = true // it may get another's segment
		}
	}
	for _, r := range awaiting {
		if r == t.shown {
			return r, len(awaiting) == 1
		}
	}
	switch {
	case len(awaiting) > 0:
		return awaiting[0], len(awaiting) == 1
	case len(skipped) > 0:
		return latest(skipped), len(t.Requests) == 1
	case len(t.Arrivals) > 0 || len(idle) == 0:
		return nil, false
	}
	return latest(idle), t.Memory.Announced && len(idle) == 1
}

func latest(requests []*request) *request {
	last := requests[0]
	for _, r := range requests {
		if r.End.After(last.End) {
			last = r
		}
	}
	return last
}
