package synthesis

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// warmUps is how many syntheses after a start count as its warm-up: kernels are chosen
// and memory pools grow in the first calls.
const warmUps = 3

// maxRequests bounds the requests in flight, and maxText what is kept of a text: no server
// comes near, but a log may hold anything.
const (
	maxRequests = 256
	maxText     = 64 << 10
)

// wholeSegment is more audio than one chunk of a stream holds: upstream hands out 100
// tokens of 40 ms at the most, and what is left at the end of a text.
const wholeSegment = 5.0

// request is a synthesis that has not ended, or is not known to.
type request struct {
	Mode     logline.Mode
	Bar      *bar
	Partial  bool // it began before the reading
	Inferred bool
	Opening  logline.Place

	Arrived *time.Time
	// Unplaced tells that a bar announced it, which has no time: it began between the
	// record before and the one that follows.
	Unplaced bool
	Start    time.Time // of the first segment, or of what was seen before it

	Current  *segment
	Segments int
	made
	// Last is the last yield of all, if it is the request's by inference.
	Last *givenYield

	Characters int
	Told       bool   // characters are known
	Digest     []byte // of the text so far
	Text       []byte

	ThreadFault *threadFault
	Closing     bool // its bar was closed early
	MayBeClosed bool // that, or another one opened
	ClosedAt    time.Time
	Stuck       bool
	WarmUp      bool
	Share       share
	Memory      logline.MemoryText
}

// made is what the model has made for a request so far.
type made struct {
	Progress time.Time // when it last got ahead
	End      time.Time // of the last yield
	EndPlace logline.Place
	Chunks   int
	Audio    float64
	Compute  float64
	Pairs    int // inferred ones

	FirstChunk      *float64
	FirstChunkAudio *float64
	Gap             *float64
	Ahead           float64 // audio handed out, less the time the model took since the first chunk
	Stalled         bool
	Longest         float64 // audio of one yield
	Several         bool    // some segment had more than one yield
}

func (t *Tracker) newRequest(place logline.Place, start time.Time) *request {
	r := &request{Opening: place, Start: start, made: made{Progress: start}, Told: true}
	r.WarmUp = t.Memory.SinceStart < warmUps
	t.Memory.SinceStart++
	if len(t.Requests) == maxRequests {
		oldest := t.Requests[0]
		t.finish(oldest, oldest.lastOutcome(), "")
	}
	t.Requests = append(t.Requests, r)
	return r
}

func (t *Tracker) startSegment(record *logline.Record, at time.Time) {
	t.Memory.Texts = true
	r, sure := t.requestFor(at)
	if r == nil {
		r = t.newRequest(record.Place, at)
		sure = t.bindArrival(r)
	}
	if !sure {
		r.Inferred = true
	}
	if r.Segments == 0 {
		r.Start = at
	}
	t.begin(r, &segment{Request: r, Started: at})
	t.addText(r, &record.Segment)
}

// begin makes s the segment in work of r.
func (t *Tracker) begin(r *request, s *segment) {
	t.complete(r)
	t.State.Segments++
	s.Number = t.State.Segments
	r.Current = s
	r.Segments++
	r.Progress, r.Unplaced = s.Started, false
	t.open = append(t.open, s)
	t.enter(r)
}

// complete ends the segment in work: no more yields are of it.
func (t *Tracker) complete(r *request) {
	if r.Current == nil {
		return
	}
	t.open = slices.DeleteFunc(t.open, func(s *segment) bool { return s == r.Current })
	r.Inferred = r.Inferred || !r.Current.Sure.IsZero() // it may lack a yield that another one has
	r.Current = nil
}

func (t *Tracker) continueText(record *logline.Record) {
	if len(t.open) > 0 {
		t.addText(t.open[len(t.open)-1].Request, &record.Segment)
	}
}

func (t *Tracker) addText(r *request, text *logline.Segment) {
	if text.Generator {
		r.Told = false
		return
	}
	r.Characters += text.Characters
	if r.Current != nil {
		r.Current.Characters += text.Characters
	}
	switch t.text {
	case TextHash:
		digest := sha256.Sum256(append(r.Digest, text.Text...))
		r.Digest = digest[:]
	case FullText:
		room := maxText - len(r.Text)
		r.Text = append(r.Text, text.Text[:min(room, len(text.Text))]...)
	}
}

// addYield adds what the model made. S is the segment it belongs to, at the time of the
// yield.
func (r *request) addYield(y logline.YieldLine, s *segment, at time.Time) {
	compute := y.ComputeSeconds()
	if r.Chunks == 0 {
		r.FirstChunk, r.FirstChunkAudio = &compute, &y.AudioSeconds
	} else {
		gap := compute
		if s.Yields == 0 { // the front end works between two segments
			gap = max(gap, at.Sub(r.End).Seconds())
		}
		r.Ahead -= gap
		r.Stalled = r.Stalled || r.Ahead < 0
		if r.Gap == nil || gap > *r.Gap {
			r.Gap = &gap
		}
	}
	r.Ahead += y.AudioSeconds
	r.Chunks++
	r.Audio += y.AudioSeconds
	r.Compute += compute
	r.Longest = max(r.Longest, y.AudioSeconds)
	r.Several = r.Several || s.Yields > 0
	r.Progress = at
}

// finish ends a request. What gave no sign of a synthesis leaves no record.
func (t *Tracker) finish(r *request, outcome Outcome, class logline.ErrorClass) {
	t.complete(r)
	t.leave(r)
	t.Requests = slices.DeleteFunc(t.Requests, func(other *request) bool { return other == r })
	if t.shown == r {
		t.shown = nil
	}
	if r.Partial {
		t.unseen += int64(r.Chunks)
		return
	}
	if r.Segments == 0 && outcome != Failed {
		return // a bar over something else
	}
	if outcome == OK && r.Chunks < r.Segments {
		r.Inferred = true // another one has its audio
	}
	s := Synthesis{
		ID:   fmt.Sprintf("%08x-%x", r.Opening.Hash, r.Opening.Offset),
		Mode: r.Mode, Outcome: outcome, Error: class,
		Inferred: r.Inferred || r.Pairs > 0, InferredPairs: r.Pairs,
		Streaming: t.isStream(r),
		Start:     r.Start, End: r.End,
		ComputeSeconds: r.Compute, AudioSeconds: r.Audio,
		FirstChunkSeconds: r.FirstChunk, FirstChunkAudio: r.FirstChunkAudio,
		GapSeconds: r.Gap, Stalled: r.Stalled && r.Several,
		Chunks: r.Chunks, Segments: r.Segments,
		WarmUp: r.WarmUp, Memory: r.Memory,
	}
	if r.Chunks == 0 || outcome == Failed {
		s.End = later(r.End, r.Progress)
	}
	place := r.EndPlace
	if r.Chunks == 0 {
		place = r.Opening
	}
	s.Point = t.ends.point(s.End, place)
	s.ConcurrencyMean, s.ConcurrencyMax = r.Share.result()
	if r.ThreadFault != nil {
		s.Cause = r.ThreadFault.Error
		if class == "" {
			s.Error = s.Cause
		}
	}
	if r.Arrived != nil && r.Segments > 0 {
		wait := max(0, r.Start.Sub(*r.Arrived).Seconds())
		s.WaitSeconds = &wait
	}
	if r.Told && r.Characters > 0 && t.text != NoText {
		s.Characters = &r.Characters
	}
	if r.Digest != nil {
		s.Text = hex.EncodeToString(r.Digest[:8])
	} else {
		s.Text = string(r.Text)
	}
	t.news.Syntheses = append(t.news.Syntheses, s)
	t.watchFirstChunk(r, s.Point)
}

// shortest is the length below which a part of a text is its last: upstream splits texts
// at 60 tokens or more, a token being a Chinese character or a part of a word.
const shortest = 55

// goesOn tells whether another part of the same text may follow.
func (s *segment) goesOn() bool { return s.Characters >= shortest }

// isStream tells whether the audio was handed out in chunks. One short yield a segment
// may be either; then the way of the last plain one is taken.
func (t *Tracker) isStream(r *request) bool {
	switch {
	case r.Several:
		t.Memory.LastStreamed = true
	case r.Longest > wholeSegment:
		t.Memory.LastStreamed = false
	}
	return t.Memory.LastStreamed
}

// lastOutcome is that of a request that has shown no end. After a yield it is up to the
// client to come back for more; after anything else, up to the model.
func (r *request) lastOutcome() Outcome {
	switch {
	case r.Closing, r.MayBeClosed:
		return Abandoned
	case r.ThreadFault != nil:
		return Stuck
	case r.isDone():
		return OK
	case r.Current != nil && r.Current.Yields > 0:
		return Abandoned
	}
	return Stuck
}

// isDone tells that all that is known of the request has been handed out.
func (r *request) isDone() bool {
	yielded := r.Chunks > 0 && (r.Current == nil || r.Current.Yields > 0)
	return yielded && (r.Bar == nil || r.Bar.Done >= r.Bar.Total ||
		!r.Several && r.Segments == r.Bar.Total)
}

const (
	smallFirstChunk = 2.5 // seconds; upstream begins with 25 tokens and a look ahead: 1 s
	grownFirstChunk = 3.0 // seconds; with 100 tokens it is 3.84 s
)

// watchFirstChunk notices when the server has begun to hand out the first chunk of streams
// late. Upstream doubles the size of its chunks while a stream goes on, and never goes
// back, since the size belongs to the model (cosyvoice/cli/model.py, token_hop_len).
func (t *Tracker) watchFirstChunk(r *request, at time.Time) {
	if !r.Several || r.FirstChunkAudio == nil {
		return
	}
	audio := *r.FirstChunkAudio
	if before := t.Memory.FirstChunk; before > 0 && before < smallFirstChunk && audio > grownFirstChunk {
		t.news.Notices = append(t.news.Notices, Notice{At: at, Code: FirstChunkGrew})
	}
	t.Memory.FirstChunk = audio
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
