package synthesis

import (
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logfile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

const (
	// pollBytes is how much of the logs of one server is read at a tick at the most. A
	// log that grows faster for long is skipped forward by the follower.
	pollBytes = 64 << 20
	// roundBytes is how much is read before what is found is put in order of time.
	roundBytes = 4 << 20
	// keptRound is how many records a round may have for its memory to be kept.
	keptRound = 256
	// settled is how long a log must be silent for its last line to be its last for now.
	settled = time.Second
	// clockAhead is how far the log's clock may be ahead of this one. What is further is
	// a text that pretends to be a record.
	clockAhead = 2 * time.Minute
	// youth is how old a server may be at first sight for its warm-up to be still to come.
	youth = 3 * time.Minute
)

// watched is one server instance and what its logs tell. It outlives a restart of its
// server.
type watched struct {
	server   logfile.Server
	pids     []int // of its processes
	oldPIDs  []int // of the server before, whose last reports may still come
	ended    News  // of the server before
	reported reported
	outputs  outputFiles
	past     memory           // of the program before this one
	resumeAt []int64          // offsets at which that one stopped
	begun    bool             // some log was read
	position logfile.Position // at the last checkpoint
	follower *logfile.Follower
	clock    *logfile.Clock
	tracker  *Tracker
	sources  map[logfile.FileID]*source
	log      logfile.Logger
	keepText bool

	polled  time.Time
	heard   time.Time // when the last bytes came
	lag     time.Duration
	round   []entry
	counted Counters // of sources that have ended
}

// Begin, Data and End make it the follower's sink.

// Begin tells that a file is read from offset on.
func (w *watched) Begin(file logfile.FileID, offset int64) {
	if s := w.sources[file]; s != nil {
		s.reader.SkipTo(offset)
		return
	}
	s := newSource(w.clock.Zone(), w.take)
	w.sources[file] = s
	first := !w.begun
	w.begun = true
	if !slices.Contains(w.resumeAt, offset) {
		if first {
			w.tracker.forget() // the logs of the time before are gone
		}
		s.reader.SkipTo(offset)
		return
	}
	s.resume(w.tracker.Now, w.past.Headers, offset)
	s.stamped = w.past.Stamped
}

// Data takes bytes of a file.
func (w *watched) Data(file logfile.FileID, offset int64, p []byte, live bool) {
	s := w.sources[file]
	if s.reader.Offset() != offset {
		s.reader.SkipTo(offset)
	}
	s.live = live
	s.arrived(w.polled)
	s.zone = w.clock.Zone()
	s.reader.Write(p) // never fails
	w.heard = w.polled
}

// End tells that nothing more comes of a file.
func (w *watched) End(file logfile.FileID, complete bool) {
	s := w.sources[file]
	if complete {
		s.flush()
	}
	w.counted.add(s.reader.Counters())
	delete(w.sources, file)
}

// take puts a record aside until its round is complete.
func (w *watched) take(s *source, record *logline.Record) {
	if record.Stamp != logline.NoStamp && s.live {
		if w.clock.Check(int64(record.Stamp), w.polled) {
			s.zone = w.clock.Zone()
			s.now = record.Stamp.In(s.zone)
		}
		if s.now.After(w.polled.Add(clockAhead)) {
			w.counted.Suspicious++
			s.now = w.polled
			return
		}
		w.lag = w.polled.Sub(s.now)
	}
	if record.Kind == logline.Access && !s.stamped && w.isStamped() {
		return // in a file of its own it cannot be said which request it announces
	}
	e := entry{*record, s.now}
	if w.keepText {
		e.record.Segment.Text = slices.Clone(record.Segment.Text)
	} else {
		e.record.Segment.Text = nil
	}
	w.round = append(w.round, e)
}

// poll reads what is new.
func (w *watched) poll(now time.Time) {
	w.polled = now
	for read := int64(0); read < pollBytes; {
		before := w.follower.Stats().BytesRead
		w.follower.Poll(roundBytes, w)
		for _, s := range w.sources {
			s.release()
		}
		if w.follower.Stats().BytesBehind == 0 && now.Sub(w.heard) >= settled {
			for _, s := range w.sources {
				s.reader.Settle()
			}
		}
		w.pass()
		got := w.follower.Stats().BytesRead - before
		if got < roundBytes {
			break
		}
		read += got
	}
	if w.follower.Stats().BytesBehind == 0 && !w.holdsFault() {
		// The log's clock may differ from this one; its lines are written a moment late.
		w.tracker.Advance(now.Add(-max(w.lag, 0) - settled))
	}
}

// pass hands the records of a round on, in order of time where there are several files.
func (w *watched) pass() {
	if len(w.sources) > 1 {
		slices.SortStableFunc(w.round, func(a, b entry) int { return a.at.Compare(b.at) })
	}
	for i := range w.round {
		e := &w.round[i]
		w.tracker.Add(&e.record, e.at)
	}
	clear(w.round)
	w.round = w.round[:0]
	if cap(w.round) > keptRound {
		w.round = nil
	}
}

// attach goes on with another process of the same name; the one before is gone.
func (w *watched) attach(server logfile.Server, zone *time.Location, now time.Time) {
	if w.server.PID != 0 {
		w.detach(now)
	}
	w.server, w.reported = server, reported{}
	w.oldPIDs = w.pids
	served := 0
	if now.Sub(server.Start) > youth {
		served = warmUps
	}
	w.reported.ended = served
	if w.past.PID == server.PID {
		w.reported.past, w.reported.crossed = w.past.Reported, w.past.Crossed
	} else {
		w.tracker.Memory.SinceStart = served
	}
	w.clock = logfile.NewClock(zone, w.log)
	w.follower.Attach(server)
}

// detach reads what the server left and ends what it had in work.
func (w *watched) detach(now time.Time) {
	w.server = logfile.Server{}
	w.follower.Detach()
	w.poll(now)
	w.tracker.End()
	w.ended.add(w.told()) // what it reported itself is known now
}

// news returns what is new, what the server reports itself first.
func (w *watched) news() News {
	news := w.ended
	w.ended = News{}
	news.add(w.told())
	return news
}

func (w *watched) told() News { return w.reported.replace(w.tracker.Take(), len(w.sources) > 0) }

// live tells what goes on. A server that reports its requests does not tell of one that it
// is stuck; its log does.
func (w *watched) live(now time.Time) *Live {
	if w.server.PID == 0 || len(w.sources) == 0 && w.reported.since.IsZero() {
		return nil
	}
	live := w.tracker.Live()
	if !w.reported.since.IsZero() {
		stuck := live.Stuck
		live = w.reported.live(now)
		live.Stuck = min(stuck, live.InFlight)
	}
	return &live
}

func (w *watched) counters() Counters {
	sum := w.counted
	for _, s := range w.sources {
		sum.add(s.reader.Counters())
	}
	sum.addTracker(w.tracker)
	return sum
}

// isAsAt tells that nothing was read since the last checkpoint, which holds on: what has
// ended by silence since ends again in the same way. So an idle server costs no writing.
func (w *watched) isAsAt(files []logfile.Saved) bool {
	return w.reported.isEmpty() && w.tellsSyntheses() && slices.Equal(files, w.position.Files)
}

// headers are the forms of the headers of all logs' records.
func (w *watched) headers() []uint32 {
	var all []uint32
	for _, s := range w.sources {
		all = append(all, s.reader.Headers()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// holdsFault tells that an error was read of which more may come: what it ended must not
// end of its own before.
func (w *watched) holdsFault() bool {
	return w.some(func(s *source) bool { return s.reader.HoldsFault() })
}

func (w *watched) isStamped() bool { return w.some(func(s *source) bool { return s.stamped }) }

// isBetweenRecords tells that what was read can be gone on with at the next line.
func (w *watched) isBetweenRecords() bool {
	return !w.some(func(s *source) bool { return !s.reader.IsBetweenRecords() })
}

func (w *watched) some(is func(*source) bool) bool {
	for _, s := range w.sources {
		if is(s) {
			return true
		}
	}
	return false
}
