package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/simulator/pylog"
)

// Units of CosyVoice3's speech.
const (
	sampleRate      = 24000
	samplesPerToken = 960
	tokenSeconds    = float64(samplesPerToken) / sampleRate
)

// Memory of one synthesis.
const (
	synthesisHostBytes = 32 * mebibyte
	flowBytes          = 160 * mebibyte // for each chunk of speech
	flowTokenBytes     = mebibyte       // for each token in the chunk
)

// Chunks of a streamed segment. The step is a field of the shared model that
// only ever grows, so a server's first chunk soon has four seconds.
const (
	firstStepTokens = 25
	lastStepTokens  = 100
	lookaheadTokens = 3 // have to follow a chunk that is not the last
	heldBackTokens  = 4 // of the first chunk, by the vocoder
	pollPeriod      = 100 * time.Millisecond
)

// engine stands for the model: it synthesises nothing, and takes the time, the
// memory and the log lines of it.
type engine struct {
	log      *pylog.Log
	card     *card
	scenario scenario
	truth    truthFile
	factor   float64 // compute seconds for a second of speech
	begun    atomic.Int64
	running  atomic.Int64
	finished atomic.Int64
	threads  atomic.Int64
	poisoned atomic.Bool // the CUDA context is lost

	mu         sync.Mutex
	stepTokens int
}

func newEngine(log *pylog.Log, c *card, t truthFile, s settings) *engine {
	return &engine{log: log, card: c, truth: t, scenario: s.Scenario, factor: s.RealTimeFactor, stepTokens: firstStepTokens}
}

func (e *engine) inFlight() int {
	return int(e.running.Load())
}

// synthesis is one request in work.
type synthesis struct {
	request
	accident accident
	thread   int64 // number of its newest one
	truth    truth
	memory   *memoryTrace
	yield    func(samples int) error
}

// synthesize works on a request segment by segment, and calls yield with the
// samples of each piece of speech. It ends early when yield fails. An error of
// the simulated server is a serverFailure; any other is the client's or one of
// the simulator.
func (e *engine) synthesize(ctx context.Context, r request, yield func(samples int) error) (err error) {
	s := &synthesis{request: r, accident: e.scenario.accident(e.begun.Add(1)), memory: e.card.watch(), yield: yield}
	s.Stream = s.Stream || s.accident == threadHangs
	s.truth = truth{Mode: s.Mode, Stream: s.Stream}
	defer func() {
		e.card.unwatch(s.memory)
		if ctx.Err() == nil { // Otherwise the server ends before it.
			s.truth.ended(err, s.memory)
			err = errors.Join(err, e.truth.write(&s.truth))
		}
	}()
	host, err := newHostMemory(synthesisHostBytes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.free()) }()
	e.running.Add(1)
	defer e.running.Add(-1)

	segments := split(s.Text)
	bar := e.log.NewBar(len(segments))
	defer bar.Close()
	for _, segment := range segments {
		s.thread = e.threads.Add(1)
		if err := onOwnThread(func() error { return e.segment(ctx, s, segment) }); err != nil {
			return err
		}
		bar.Advance()
	}
	e.finished.Add(1)
	if err := e.card.allocate(e.scenario.LeakBytes); !errors.As(err, new(*outOfMemory)) {
		return err
	}
	return nil // A full card has no room for the leak either.
}

func (e *engine) segment(ctx context.Context, s *synthesis, text string) error {
	if s.Mode == zeroShot && 2*utf8.RuneCountInString(text) < utf8.RuneCountInString(promptText) {
		e.log.Record(pylog.Warning, "synthesis text %s too short than prompt text %s, this may lead to bad performance", text, promptText)
	}
	begin := epoch()
	e.log.Record(pylog.Info, "synthesis text %s", text)
	s.truth.began(text, begin)
	left := speechTokens(text)
	if s.accident == speaksOn {
		left *= rambling
	}
	for first := true; left > 0; first = false {
		tokens := left
		if s.Stream {
			tokens = e.nextChunk(left, first)
		}
		if err := e.chunk(ctx, s, tokens, tokens < left); err != nil {
			return err
		}
		samples := tokens * samplesPerToken
		speech := float64(samples) / sampleRate
		now := epoch()
		e.log.Record(pylog.Info, "yield speech len %s, rtf %s", pylog.Float(speech), pylog.Float((now-begin)/speech))
		s.truth.yielded(speech, now-begin, now)
		if s.accident == clientLeaves {
			return errClientLeft
		}
		if err := s.yield(samples); err != nil {
			return err
		}
		left -= tokens
		begin = epoch() // The consumer's time is not part of the next chunk's.
	}
	return nil
}

// epoch is Python's time.time(). Its differences carry the noise of a float of
// this size, which is why an rtf in the log has so many digits.
func epoch() float64 {
	return float64(time.Now().UnixNano()) / 1e9
}

// nextChunk is the size of the next chunk when so many tokens are left.
func (e *engine) nextChunk(left int, first bool) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	tokens := e.stepTokens
	if first {
		tokens -= heldBackTokens
	}
	if left < tokens+lookaheadTokens {
		return left
	}
	e.stepTokens = min(2*e.stepTokens, lastStepTokens)
	return tokens
}

// chunk takes the time and the memory of so many tokens: first the language
// model's, then the flow's and the vocoder's. When the segment goes on after
// it, upstream sees the tokens at the next poll only.
func (e *engine) chunk(ctx context.Context, s *synthesis, tokens int, polled bool) error {
	cost := time.Duration(float64(tokens) * tokenSeconds * e.factor * float64(time.Second))
	if polled {
		cost = (cost + pollPeriod - 1).Truncate(pollPeriod)
	}
	if err := work(ctx, cost/2, e.inFlight); err != nil {
		return err
	}
	if err := e.afterTokens(ctx, s); err != nil {
		return err
	}
	bytes := uint64(flowBytes + tokens*flowTokenBytes)
	if err := e.card.allocate(bytes); err != nil {
		return err
	}
	err := work(ctx, cost/2, e.inFlight)
	return errors.Join(err, e.card.free(bytes))
}
