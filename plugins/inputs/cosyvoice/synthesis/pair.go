package synthesis

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

const (
	// near is how far a start computed from a yield may lie from the line that tells the
	// start: both stamps are cut to a millisecond, and both lines are written a moment
	// after the clock was read. Up to 2 ms was seen on quiet servers.
	near = 3 * time.Millisecond
	// far is what a server short of CPU may add to that.
	far = 60 * time.Millisecond
	// late is the furthest at which the only candidate is still believed.
	late = time.Second
)

// segment is a part of a text from its start to the last of its yields.
type segment struct {
	Request *request `json:"-"`
	Number  int      // in the order of the starts
	Started time.Time
	Untold  bool // no line told its start
	yields
	// Characters are those of its text.
	Characters int
	// Sure is the last reference beyond doubt, where the yields since then could also be
	// those of other segments; zero if there is no doubt.
	Sure time.Time
}

// yields are those of a segment so far.
type yields struct {
	Yields    int
	LastYield time.Time
	Whole     bool // one yield was longer than a chunk of a stream can be
}

// givenYield is a yield with what it was added to, so that it can be taken away again.
type givenYield struct {
	Yield   logline.YieldLine
	Start   time.Time // of the model's work on it
	At      time.Time
	Place   logline.Place
	Before  made
	Segment yields
}

// reference is when the model can have begun with the next yield at the earliest.
func (s *segment) reference() time.Time {
	if s.Yields > 0 {
		return s.LastYield
	}
	return s.Started
}

// doubt says that the yield in work may be this segment's or not.
func (s *segment) doubt() {
	if s.Sure.IsZero() {
		s.Sure = s.reference()
	}
}

func (t *Tracker) yield(record *logline.Record, at time.Time) {
	compute := record.Yield.ComputeSeconds()
	start := at.Add(-seconds(compute))
	timed := isTimed(record)
	s, exact := t.pair(start, timed)
	if s == nil {
		if s = t.orphan(record, start); s == nil {
			t.unseen++
			return
		}
	}
	if t.paired != nil {
		t.paired(record, s, exact)
	}
	r := s.Request
	t.enter(r)
	y := &givenYield{Yield: record.Yield, Start: start, At: at, Place: record.Place}
	t.yields++
	for _, other := range t.Requests {
		other.Last = nil
	}
	t.give(s, y)
	if !exact {
		r.Last = y
		r.Pairs++
		t.inferred++
	}
	t.Memory.took(compute)
	if r.Bar == nil && !t.Memory.Streams {
		t.leave(r) // it may have ended, and is not known to go on
	}
}

// give adds a yield to a segment.
func (t *Tracker) give(s *segment, y *givenYield) {
	r := s.Request
	y.Before, y.Segment = r.made, s.yields
	r.addYield(y.Yield, s, y.At)
	r.End, r.EndPlace, r.Stuck, r.MayBeClosed = y.At, y.Place, false, false
	t.Memory.Streams = t.Memory.Streams || s.Yields > 0
	s.Yields++
	s.LastYield = y.At
	s.Whole = y.Yield.AudioSeconds > wholeSegment
}

// claim gives a request the yield directly before its bar's step, where that was inferred
// to be another's: the bar steps once the last audio of a segment was handed out. A segment
// that has audio and is not known to be a stream's lacks none. Both requests stay inferred.
func (t *Tracker) claim(r *request) {
	if r.Current == nil || r.Current.Yields > 0 && !r.Several {
		return
	}
	for _, other := range t.Requests {
		y := other.Last
		if y == nil || other == r || other.Current == nil {
			continue
		}
		if quality, _ := r.Current.fit(y.Start); quality >= fitsUnlikely {
			return
		}
		other.made, other.Current.yields, other.Last = y.Before, y.Segment, nil
		other.Inferred = true
		t.give(r.Current, y)
		r.Pairs++
		return
	}
}

// fit is how well a yield goes with a segment, best first.
type fit int

const (
	fits     fit = iota
	fitsLate     // the client came back for the next chunk some time after the last
	fitsLoosely
	mayFit // what is known of the segment is in doubt
	// fitsUnlikely is a further yield after one that was longer than a chunk can be.
	fitsUnlikely
	fitsNot
)

// fit compares the time when the model began with a yield with the segment's.
func (s *segment) fit(start time.Time) (fit, time.Duration) {
	offset := start.Sub(s.reference())
	switch {
	case s.Request.Closing, s.Untold && offset.Abs() > near:
		return fitsNot, 0
	case s.Whole && offset > -near:
		return fitsUnlikely, offset.Abs()
	case offset.Abs() <= near:
		return fits, offset.Abs()
	case s.Yields > 0 && offset > 0 && (s.Request.Several || s.Request.Bar != nil):
		return fitsLate, offset
	case offset.Abs() <= far && s.Yields == 0, offset > 0 && offset <= far:
		return fitsLoosely, offset.Abs()
	case !s.Sure.IsZero() && start.After(s.Sure.Add(-far)):
		return mayFit, offset.Abs()
	case s.Yields == 0 && offset > 0 && offset < late:
		return mayFit, offset
	}
	return fitsNot, 0
}

// isTimed tells that the record's time is good enough to tell segments apart.
func isTimed(record *logline.Record) bool { return record.Stamp != logline.NoStamp && !record.Coarse }

// pair finds the segment to which a yield belongs, given when the model began with it.
// Exact means that no other segment can be meant: a client may come back for the next
// chunk of a stream at any time after the last.
func (t *Tracker) pair(start time.Time, timed bool) (found *segment, exact bool) {
	if !timed { // the one that has waited longest
		for _, s := range t.open {
			if found == nil || s.Yields < found.Yields {
				found = s
			}
		}
		return found, false
	}
	var possible []*segment
	best, nearest := fitsNot, time.Duration(0)
	for _, s := range t.open {
		quality, offset := s.fit(start)
		if quality < fitsUnlikely {
			possible = append(possible, s)
		}
		if quality == fitsNot {
			continue
		}
		if quality < best || quality == best && offset < nearest {
			found, best, nearest = s, quality, offset
		}
	}
	exact = len(possible) == 1 && (best == fits || best == fitsLate)
	if exact && best == fits { // it can have had no other since then
		found.Sure = time.Time{}
	}
	if exact {
		return found, true
	}
	for _, s := range possible {
		s.doubt()
	}
	return found, false
}

// orphan gives the segment for a yield that no text line announced: of a voice
// conversion, which writes none. It is nil for one of a request that began before the
// reading did.
func (t *Tracker) orphan(record *logline.Record, start time.Time) *segment {
	if isTimed(record) && start.Before(t.Began.Add(-near)) {
		return nil
	}
	r := t.newRequest(record.Place, start)
	r.Inferred, r.Told = true, false
	t.bindArrival(r)
	if r.Mode == "" && t.Memory.Texts {
		r.Mode = logline.VC
	}
	s := &segment{Request: r, Started: start, Untold: true}
	t.begin(r, s)
	return s
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
