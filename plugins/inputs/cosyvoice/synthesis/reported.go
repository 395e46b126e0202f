package synthesis

import (
	"hash/fnv"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// reported is what a server tells of its own syntheses. It takes the place of what its
// log tells.
type reported struct {
	since time.Time // of the first one that was reported
	past  span      // reported to the program before this one
	// crossed are the starts of those of which only the end was reported: what else began
	// then was perhaps not reported at all.
	crossed []time.Time

	open  map[string]*openReport // by id
	load  load
	ended int
	news  News
}

// span is a time in which a server reported its syntheses; Until is not in it.
type span struct{ Since, Until time.Time }

func (s span) holds(t time.Time) bool {
	return !s.Since.IsZero() && !t.Before(s.Since.Add(-near)) && t.Before(s.Until)
}

// openReport is a request that has begun.
type openReport struct {
	start time.Time
	share share
}

// keptCrossed bounds them: as many as a server may have in work when this program starts.
const keptCrossed = 64

// lostReport is how long a reported request may be in work until its end is taken as lost.
const lostReport = time.Hour

func (r *reported) isEmpty() bool { return r.since.IsZero() && len(r.crossed) == 0 }

func (r *reported) add(report *datagram.Report) {
	if r.open == nil {
		r.open = make(map[string]*openReport)
	}
	switch report.Event {
	case datagram.Started:
		if r.since.IsZero() || report.Start.Before(r.since) {
			r.since = report.Start
		}
		r.begin(report)
	case datagram.Ended:
		r.end(report)
	case datagram.ThreadDied:
		died := faultOf(report, report.Time)
		died.Where = logline.LLMThread
		r.news.Faults = append(r.news.Faults, died)
	case datagram.Released:
		r.news.Releases = append(r.news.Releases, Release{pointOf(report.ID, report.Time), report.Release, report.Failure})
	}
}

func (r *reported) begin(report *datagram.Report) {
	open := &openReport{start: report.Start}
	r.open[report.ID] = open
	r.change(1, report.Start)
	open.share = share{Counted: true, Began: report.Start, From: r.load.Integral}
	for _, other := range r.open {
		other.share.Max = max(other.share.Max, r.load.InFlight)
	}
}

func (r *reported) change(by int, at time.Time) {
	if at.After(r.load.Last) {
		r.load.until(at)
	}
	r.load.InFlight += by
	r.news.Loads = append(r.news.Loads, Load{r.load.Last, r.load.InFlight})
}

func (r *reported) end(report *datagram.Report) {
	open := r.open[report.ID]
	if open == nil { // it began before this program did
		r.begin(report)
		open = r.open[report.ID]
		r.crossed = append(r.crossed, beginOf(report))
		r.crossed = r.crossed[max(0, len(r.crossed)-keptCrossed):]
	}
	r.change(-1, report.End)
	delete(r.open, report.ID)
	open.share.Ended, open.share.To = report.End, r.load.Integral
	r.ended++
	s := synthesisOf(report)
	s.ConcurrencyMean, s.ConcurrencyMax = open.share.result()
	s.WarmUp = r.ended <= warmUps
	r.news.Syntheses = append(r.news.Syntheses, s)
	if s.Error != "" {
		r.news.Faults = append(r.news.Faults, faultOf(report, s.Point))
	}
}

func faultOf(report *datagram.Report, at time.Time) Fault {
	return Fault{At: at, FaultText: logline.FaultText{
		Class: report.Exception, Error: report.Failure.Error, Message: report.Message,
	}}
}

func synthesisOf(report *datagram.Report) Synthesis {
	s := Synthesis{
		ID: report.ID, Mode: report.Mode, Outcome: Outcome(report.Outcome), Error: report.Failure.Error,
		Exception: report.Exception, Streaming: report.Stream,
		Start: beginOf(report), End: report.End,
		ComputeSeconds: report.ComputeSeconds, GapSeconds: report.GapSeconds,
		Chunks: report.Chunks, Characters: report.Characters,
	}
	if !report.FirstSegment.IsZero() {
		wait := report.FirstSegment.Sub(report.Start).Seconds()
		s.WaitSeconds = &wait
	}
	if report.Outcome == datagram.OK && !report.LastChunk.IsZero() {
		s.End = report.LastChunk
	}
	if report.AudioSeconds != nil {
		s.AudioSeconds = *report.AudioSeconds
	}
	if report.Segments != nil {
		s.Segments = *report.Segments
	}
	if !report.FirstChunk.IsZero() {
		first := report.FirstChunk.Sub(s.Start).Seconds()
		s.FirstChunkSeconds, s.FirstChunkAudio = &first, report.FirstChunkAudioSeconds
	}
	s.Stalled = report.StallSeconds != nil && *report.StallSeconds > 0
	if t := report.Torch; t != nil && t.End != nil {
		s.Torch = &TorchMemory{
			AllocatedBytes: float64(t.End.AllocatedBytes), ReservedBytes: float64(t.End.ReservedBytes),
			PeakBytes: float64(t.End.PeakBytes), Retries: t.End.Retries - t.Start.Retries,
		}
	}
	s.Point = pointOf(report.ID, s.End)
	return s
}

// pointOf is the time of a point, with digits below the microsecond that tell reports of the
// same one apart.
func pointOf(id string, at time.Time) time.Time {
	digits := fnv.New32a()
	digits.Write([]byte(id))
	return at.Truncate(time.Microsecond).Add(time.Duration(digits.Sum32() % 1000))
}

// beginOf is when the log tells that a request began.
func beginOf(report *datagram.Report) time.Time {
	if report.FirstSegment.IsZero() {
		return report.Start
	}
	return report.FirstSegment
}

// live tells what goes on.
func (r *reported) live(now time.Time) Live {
	var live Live
	for id, open := range r.open {
		age := now.Sub(open.start)
		if age > lostReport {
			delete(r.open, id)
			r.change(-1, now)
			continue
		}
		live.InFlight++
		if live.OldestSeconds == nil || age.Seconds() > *live.OldestSeconds {
			seconds := age.Seconds()
			live.OldestSeconds = &seconds
		}
	}
	return live
}

// covers tells whether the synthesis is reported by the server itself.
func (r *reported) covers(s *Synthesis) bool {
	if s.Outcome == Stuck || s.Error == logline.Killed {
		return false // it never reports its end
	}
	return !r.since.IsZero() && !s.Start.Before(r.since.Add(-near)) || r.past.holds(s.Start) ||
		slices.ContainsFunc(r.crossed, func(began time.Time) bool { return s.Start.Sub(began).Abs() <= far })
}

// span is that in which all syntheses were reported that begin in it. Of one that is in
// work no report may come any more, once this program has ended.
func (r *reported) span(now time.Time) span {
	if r.since.IsZero() {
		return r.past
	}
	for _, open := range r.open {
		if open.start.Before(now) {
			now = open.start
		}
	}
	return span{r.since, now}
}

// replace puts the reported syntheses in the place of those that the log tells. Errors
// are told by the log, if there is one.
func (r *reported) replace(news News, hasLog bool) News {
	told := news
	told.Syntheses, told.Releases = r.news.Syntheses, r.news.Releases
	for i := range news.Syntheses {
		if s := &news.Syntheses[i]; !r.covers(s) {
			told.Syntheses = append(told.Syntheses, *s)
		}
	}
	if !r.since.IsZero() {
		told.Loads = r.news.Loads
	}
	if !hasLog {
		told.Faults = append(told.Faults, r.news.Faults...)
	}
	r.news = News{}
	return told
}
