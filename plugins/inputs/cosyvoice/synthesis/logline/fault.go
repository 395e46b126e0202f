package logline

import "bytes"

// announcer is who said that a traceback follows.
type announcer uint8

const (
	nobody     announcer = iota
	uvicorn              // "ERROR:    Exception in ASGI application"
	rootLogger           // the same once more, from uvicorn before 0.19, whose errors propagate
	engine               // vLLM, whose child prints the same traceback once more as it dies
)

// near is how far apart in bytes two tellings of one error may be.
const near = 64 << 10

// fault is an error that is held until it is known whether another is chained to it, and
// the last one that was told.
type fault struct {
	held   bool
	told   bool // what is chained to it is not told again
	text   FaultText
	place  Place
	origin header

	last          FaultText
	lastPlace     Place
	lastAnnouncer announcer
}

func (f *fault) hold(text FaultText, place Place, origin header) {
	f.held, f.text, f.place, f.origin = true, text, place, origin
}

// tellHeld emits the error that is held, if there is one, unless it is the second telling
// of the last.
func (r *Reader) tellHeld() {
	f := &r.fault
	if !f.held {
		return
	}
	f.held, f.told = false, true
	who := r.trace.announcer
	again := f.text.Class == f.last.Class && f.text.Message == f.last.Message &&
		f.place.Offset-f.lastPlace.Offset < near &&
		(f.lastAnnouncer == uvicorn && who == rootLogger || f.lastAnnouncer == engine && who == nobody)
	f.last, f.lastPlace, f.lastAnnouncer = f.text, f.place, who
	if again {
		return
	}
	r.record = Record{Kind: Fault, Place: f.place, Stamp: f.origin.stamp, Coarse: f.origin.coarse, Fault: f.text}
	r.emit(&r.record)
}

// exception takes the line with which a traceback ends.
func (r *Reader) exception(name, message []byte) {
	t := &r.trace
	another := t.open > 1 && !t.group // Two threads print at once: the next is not of this error.
	t.open--
	if t.open <= 0 {
		t.stage = behind
		t.open, t.lines = 0, 0
	}
	if t.ignored || r.fault.told || isStop(name) {
		return
	}
	text := classify(name, message, t.hint)
	if text.Error == OtherError && t.unexplained != "" {
		text.Error = t.unexplained
	}
	text.Where = t.where
	if r.fault.held && weight(text.Error) < weight(r.fault.text.Error) {
		return
	}
	r.fault.hold(text, r.place(), t.origin)
	if weight(text.Error) == weighty || another {
		r.tellHeld()
		r.fault.told = !another
	}
}

// isStop tells whether an exception only ends a program or a task as it was asked to.
func isStop(name []byte) bool {
	switch string(name[bytes.LastIndexByte(name, '.')+1:]) {
	case "KeyboardInterrupt", "SystemExit", "CancelledError", "GeneratorExit":
		return true
	}
	return false
}

// weighty errors are never only the occasion of another.
const weighty = 2

func weight(e ErrorClass) int {
	switch e {
	case OtherError:
		return 0
	case BadInput, UnsupportedInput, BadToken, NoTokens, QueueFull, ClientGone:
		return 1
	}
	return weighty
}

// announce takes a logged error whose traceback follows, or does not.
func (r *Reader) announce(h header, message []byte) {
	r.next()
	r.endAll() // Of a traceback that this record interrupts, the exception is still to come.
	t := &r.trace
	t.stage, t.origin, t.where = announced, h, h.phrase.where
	switch {
	case h.phrase.where == ASGI && h.stamp == NoStamp:
		t.announcer = uvicorn
	case h.phrase.where == ASGI:
		t.announcer = rootLogger
	case h.phrase.error == EngineFailed:
		t.announcer = engine
	}
	if h.phrase.error == "" {
		return
	}
	text := classify(nil, message, "")
	if text.Error == OtherError {
		text.Error = h.phrase.error
	}
	if h.phrase.error == EngineFailed {
		text.Message = h.phrase.words
		t.unexplained = EngineFailed
	}
	text.Where = t.where
	r.fault.hold(text, r.place(), h)
}

// errorLine reads any other line at the level of an error: one line of vLLM's tracebacks,
// or the text of an error that is known.
func (r *Reader) errorLine(h header, message []byte) bool {
	t := &r.trace
	if len(message) > 0 && (isHead(message) || t.prefixed && t.stage != outside) {
		r.text.open = false
		return r.tracebackLine(message, true)
	}
	text := classify(nil, message, "")
	if text.Error == OtherError {
		return false
	}
	r.next()
	r.endAll()
	t.stage, t.origin = announced, h
	r.fault.hold(text, r.place(), h)
	return true
}

// threadDies takes "Exception in thread Thread-12 (llm_job):".
func (r *Reader) threadDies(llm bool) {
	r.next()
	if r.trace.stage == outside && llm {
		r.trace.where = LLMThread
	}
}

// ignoreException takes "Exception ignored in: <generator object …>".
func (r *Reader) ignoreException() {
	r.next()
	if r.trace.stage == outside {
		r.trace.ignored = true
	}
}
