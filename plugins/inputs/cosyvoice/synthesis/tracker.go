package synthesis

import (
	"cmp"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// Tracker reconstructs the syntheses of one server. It is used from one goroutine. What
// ends by silence ends as late as Advance tells, but with the times of its records.
type Tracker struct {
	State
	text TextOption

	open   []*segment // in work, in the order of their starts
	shown  *request   // whose bar was written directly before
	stamps stamps     // of events
	ends   stamps     // of syntheses
	news   News

	yields   int64
	inferred int64 // yields that fit more than one segment
	unseen   int64 // yields of requests that began before the reading

	faultsDropped int64

	// paired sees each pairing, for tests.
	paired func(record *logline.Record, s *segment, exact bool)
}

// State is what a tracker knows between two records, as JSON can hold it: another tracker
// goes on with it as if it had read all before.
type State struct {
	Began    time.Time  // of the first record
	Now      time.Time  // of the latest record, or as told
	Requests []*request // not ended, oldest first
	Arrivals []arrival
	Segments int // that ever began
	Echoes   []echo
	Memory   Memory
	Load     load
}

// Memory is what a tracker has learnt of a server's ways. A tracker that goes on with it
// judges as the one before.
type Memory struct {
	Texts     bool // the log tells where segments start
	Announced bool // it tells when requests arrive
	Streams   bool // some segment had more than one yield
	// LastStreamed is whether the last synthesis whose way is plain was a stream.
	LastStreamed bool
	SinceStart   int // syntheses that began since the model was loaded
	// FirstChunk is the audio in the first chunk of the last long stream, in seconds.
	FirstChunk float64
	// Slowest is the longest time for a yield, in seconds; it fades.
	Slowest float64
}

// NewTracker returns a tracker that goes on with what another one knew.
func NewTracker(text TextOption, state State) *Tracker {
	t := &Tracker{State: state, text: text}
	for _, r := range t.Requests {
		if r.Current != nil {
			r.Current.Request = r
			t.open = append(t.open, r.Current)
		}
	}
	slices.SortStableFunc(t.open, func(a, b *segment) int { return cmp.Compare(a.Number, b.Number) })
	return t
}

// Add takes the next record; at is when it was written, by its stamp where it has one.
func (t *Tracker) Add(record *logline.Record, at time.Time) {
	if t.Began.IsZero() {
		t.Began = at
	}
	if record.Stamp != logline.NoStamp && at.Before(t.Now.Add(-clockBack)) {
		t.End() // the clock was put back: nothing of before can be compared
		t.Now, t.Load = at, load{}
	}
	t.Advance(at)
	switch record.Kind {
	case logline.SegmentStart:
		t.startSegment(record, at)
	case logline.Continuation:
		t.continueText(record)
	case logline.Yield:
		t.yield(record, at)
	case logline.Request:
		t.Memory.Announced = true
		t.arrive(arrival{Mode: record.Request, At: at, Timed: record.Stamp != logline.NoStamp, Place: record.Place})
	case logline.Access:
		t.access(record)
	case logline.Bar:
		t.bar(record)
		return // shown stays
	case logline.Fault:
		t.fault(record, at)
	case logline.Notice:
		t.notice(record, at)
	case logline.TooShort:
		return // the text that it is about follows; shown stays
	}
	t.shown = nil
}

// forget drops what is in flight, since its end will not be seen.
func (t *Tracker) forget() {
	t.Requests, t.Arrivals, t.open, t.shown = nil, nil, nil, nil
	t.Load = load{}
}

// clockBack is further than the lines of two threads or files lie apart.
const clockBack = time.Minute

// Advance tells that time goes on without a record: what has been quiet for too long
// ends.
func (t *Tracker) Advance(now time.Time) {
	if !now.After(t.Now) {
		return
	}
	t.Load.until(now)
	t.Now = now
	t.place()
	t.expire()
}

// place gives what has no time of its own that of the record that follows.
func (t *Tracker) place() {
	for _, r := range t.Requests {
		if r.Unplaced {
			r.Unplaced, r.Start, r.Progress = false, t.Now, t.Now
			t.enter(r)
		}
	}
	for i := range t.Arrivals {
		if a := &t.Arrivals[i]; a.Unplaced {
			a.Unplaced, a.At = false, t.Now
		}
	}
}

// End tells that nothing more comes, since the server is gone or the log ends.
func (t *Tracker) End() {
	for len(t.Requests) > 0 {
		r := t.Requests[0]
		t.finish(r, r.lastOutcome(), "")
	}
	t.Arrivals = nil
}

// News is what was found since the last time, each kind in the order of the log.
type News struct {
	Syntheses []Synthesis
	Faults    []Fault
	Notices   []Notice
	Stuck     []StuckRequest
	// Releases are those of GPU memory that the server reports.
	Releases []Release
	// Loads are the changes of the number in flight.
	Loads []Load
}

func (n *News) add(more News) {
	n.Syntheses = append(n.Syntheses, more.Syntheses...)
	n.Faults = append(n.Faults, more.Faults...)
	n.Notices = append(n.Notices, more.Notices...)
	n.Stuck = append(n.Stuck, more.Stuck...)
	n.Releases = append(n.Releases, more.Releases...)
	n.Loads = append(n.Loads, more.Loads...)
}

// Take returns the news.
func (t *Tracker) Take() News {
	news := t.news
	t.news = News{}
	return news
}

func (t *Tracker) hasNews() bool {
	return len(t.news.Syntheses)+len(t.news.Faults)+len(t.news.Notices)+len(t.news.Stuck) > 0
}

// Live tells what goes on.
func (t *Tracker) Live() Live {
	var live Live
	for _, r := range t.Requests {
		if r.isQuiet() || r.Closing {
			continue
		}
		live.InFlight++
		if r.Stuck {
			live.Stuck++
		}
		if age := t.Now.Sub(r.Start).Seconds(); live.OldestSeconds == nil || age > *live.OldestSeconds {
			live.OldestSeconds = &age
		}
	}
	return live
}

func (t *Tracker) notice(record *logline.Record, at time.Time) {
	if record.Notice == logline.ModelLoading { // a new server goes on with the log
		t.End()
		t.Memory.SinceStart = 0
	}
	if record.Notice == logline.KilledByOS {
		for len(t.Requests) > 0 {
			t.finish(t.Requests[0], Failed, logline.Killed)
		}
	}
	t.news.Notices = append(t.news.Notices, Notice{At: t.stamps.point(at, record.Place), Code: record.Notice})
}
