package past

import (
	"fmt"
	"math"
	"time"
)

// synthesis is one request, from its arrival to its end.
type synthesis struct {
	start, end time.Time

	mode, outcome, failure string
	streaming              bool
	segments, chunks       int
	characters             int
	audio, rtf             float64
	first, firstAudio, gap float64 // s
	warm                   bool
	atOnce                 float64 // syntheses, itself included
	need                   float64 // bytes of the card meanwhile
	id                     string
}

// Of a synthesis alone on a card that is cool.
const (
	usualRTF        = 0.28
	segmentAudio    = 8.3  // s
	charactersAudio = 4.4  // a second
	sharing         = 0.35 // longer for each other synthesis
	tokenSeconds    = 0.04
	chunkBytes      = 160 * mib
	streamBytes     = 230 * mib
)

// arrive begins a synthesis at a time.
func (s *simulation) arrive(at time.Time) {
	c := s.story.at(at)
	running := 0
	for _, other := range s.syntheses {
		if other.end.After(at) {
			running++
		}
	}
	r := s.random
	y := &synthesis{
		start: at, mode: []string{"sft", "sft", "zero_shot", "cross_lingual"}[r.IntN(4)], outcome: "ok", streaming: r.IntN(3) == 0,
		segments: []int{1, 1, 1, 1, 1, 1, 2, 2, 3, 4}[r.IntN(10)], atOnce: float64(running + 1), need: chunkBytes,
	}
	s.log.offset += 240 + r.Int64N(900)
	y.id = fmt.Sprintf("%08x-%x", s.log.file, s.log.offset)
	y.audio = tokenSeconds * math.Round(float64(y.segments)*s.around(segmentAudio, 0.15)/tokenSeconds)
	y.characters = int(math.Round(y.audio * s.around(charactersAudio, 0.06)))
	y.rtf = s.around(usualRTF, 0.08) * c.slow * (1 + sharing*float64(running))
	y.chunks = y.segments
	if s.served < 3 {
		y.warm = true
		y.rtf *= 3.2 - 0.8*float64(s.served)
	}
	s.served++
	y.first = y.audio / float64(y.segments) * y.rtf
	if y.streaming {
		y.need = streamBytes
		y.chunks = int(math.Ceil(y.audio / 4))
		y.firstAudio = min(y.audio, 3.84)
		y.first = y.firstAudio*y.rtf + 0.05
		y.gap = min(4, y.audio) * y.rtf
	}
	y.need = s.around(y.need, 0.1)
	s.fail(y, at, c)
	y.end = at.Add(time.Duration(y.audio * y.rtf * float64(time.Second)))
	if y.outcome == "error" {
		y.end = at.Add(time.Duration(s.around(0.4, 0.4) * float64(time.Second)))
	}
	s.stall(y)
	s.syntheses = append(s.syntheses, y)
	s.log.tell(y)
	if end := s.life.end; !end.IsZero() && y.end.After(end) {
		y.end = end // nobody tells what becomes of it
		return
	}
	s.tell(s.synthesisPoint(y))
}

// fail settles what goes wrong with a synthesis, mostly nothing.
func (s *simulation) fail(y *synthesis, at time.Time, c conditions) {
	room := s.plan.Box.usable() - s.used(c)
	for _, other := range s.syntheses {
		if other.end.After(at) {
			room -= other.need
		}
	}
	switch dice := s.random.Float64(); {
	case y.need > room:
		tried := y.need
		y.outcome, y.failure, y.need = "error", "out_of_memory", 0
		s.outOfMemory(at.Add(300*time.Millisecond), tried, room)
	case dice < 0.0012:
		y.outcome, y.failure = "error", "no_tokens"
		s.event(at.Add(150*time.Millisecond), happening{kind: "llm_thread_died", severity: "error", failure: "bad_token", message: "should not get token 6562"})
		s.event(at.Add(200*time.Millisecond), happening{kind: "exception", severity: "error", failure: "no_tokens", message: "Calculated padded input size per channel: (3). Kernel size: (4)"})
	case dice < 0.002:
		y.outcome, y.failure = "error", "bad_input"
		s.event(at.Add(80*time.Millisecond), happening{kind: "exception", severity: "warning", failure: "bad_input", message: "do not support extract speech token for audio longer than 30s"})
	case dice < 0.004 && y.streaming && y.chunks > 2:
		y.outcome = "abandoned"
		y.audio, y.chunks = y.firstAudio, 1
	}
	if y.outcome == "error" {
		y.audio, y.chunks = 0, 0
	}
}

// stall makes a synthesis wait while the driver does not answer.
func (s *simulation) stall(y *synthesis) {
	for _, e := range s.story.episodes {
		if e.hangs && y.start.Before(e.end) && y.end.After(e.begin) {
			wait := e.end.Sub(later(y.start, e.begin))
			y.end = y.end.Add(wait)
			y.gap = max(y.gap, wait.Seconds())
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// around is a value with a spread of so many parts of itself.
func (s *simulation) around(value, spread float64) float64 {
	return value * math.Exp(spread*s.random.NormFloat64())
}
