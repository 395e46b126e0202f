package logline

import "bytes"

// maxTraceback is how many lines one traceback may have. Python folds the frames of a
// recursion that repeat; what is longer is none.
const maxTraceback = 2000

// maxBetween is how many records of other threads may come between its lines.
const maxBetween = 64

// stage is how far a traceback was read.
type stage uint8

const (
	outside   stage = iota
	announced       // an error was logged; its traceback may follow
	inside
	behind // the line with the exception was read; it may go on, or another be chained to it
)

// traceback is the one in work. Python prints those of an exception and of the ones that
// it was raised for ("During handling of …", "… the direct cause of …") as a chain; a group
// prints its own and those in it. Either gives one error: the more telling one, and of two
// that tell as much the last raised. Two threads may print at once, so that the heads of
// two come before the exception of the first.
type traceback struct {
	stage    stage
	open     int  // heads whose exception is still to come
	group    bool // an exception group, whose exceptions are to come
	frames   int
	lines    int
	records  int  // of other threads, between its lines
	headless bool // frames without "Traceback" before them
	prefixed bool // every line has a log record's header, as vLLM writes it
	chained  bool // the next traceback belongs to the same error
	ignored  bool // Python itself ignores the exception

	where       Where
	announcer   announcer
	origin      header     // of the announcement
	unexplained ErrorClass // the class of an exception that is not known itself
	hint        ErrorClass // what the source lines tell of an exception without a message
	place       Place      // of the head
}

// tracebackLine reads a line that may belong to a traceback.
func (r *Reader) tracebackLine(b []byte, prefixed bool) bool {
	t := &r.trace
	content := ungrouped(b)
	switch {
	case isHead(content):
		r.head(bytes.Contains(content, []byte("Group Traceback")), prefixed)
		return true
	case isChain(content) && !r.text.open:
		t.chained = true
		return true
	}
	switch t.stage {
	case inside:
		return r.insideLine(b, content)
	case behind, announced:
		if t.group && isSeparator(content) {
			// The last one of a group has no number in it.
			t.group = bytes.ContainsAny(content, "0123456789")
			return true
		}
		if name, message := exceptionLine(content); t.headless && name != nil {
			r.endTold()
			r.exception(name, message)
			return true
		}
		if t.lines++; t.lines > maxTraceback {
			r.endTold()
			return false
		}
		return true
	}
	if r.text.open {
		return false
	}
	if isFrame(content) {
		*t = traceback{stage: inside, open: 1, headless: true}
		return r.insideLine(b, content)
	}
	if name, message := exceptionLine(content); isErrorName(name) {
		t.headless = true
		r.exception(name, message)
		return true
	}
	return false
}

// head begins a traceback, or goes on with one.
func (r *Reader) head(group, prefixed bool) {
	t := &r.trace
	r.text.open = false
	switch {
	case t.stage == inside && (t.frames > 0 || t.group):
		// Of another thread, or of an exception in the group.
	case t.stage == behind && (t.chained || t.group):
	case t.stage == announced:
	default:
		told := t.chained // What this one is chained to was told before.
		before := *t
		r.tellHeld()
		*t = traceback{}
		if before.stage == outside {
			t.where, t.ignored = before.where, before.ignored
		}
		r.fault.told = told
	}
	if t.stage != inside {
		t.open, t.frames, t.lines = 0, 0, 0
		t.place = r.place()
	}
	t.stage, t.chained, t.prefixed, t.hint = inside, false, prefixed, ""
	if group {
		t.group = true
	} else {
		t.open++
	}
}

// insideLine reads a line between the head of a traceback and its exception.
func (r *Reader) insideLine(b, content []byte) bool {
	t := &r.trace
	if t.lines++; t.lines > maxTraceback {
		r.endTraceback()
		return false
	}
	switch {
	case isFrame(content):
		t.frames++
		t.locate(content)
		return true
	case isSeparator(content):
		return true
	case len(content) == 0 || content[0] == ' ':
		t.learn(content)
		return true
	}
	if name, message := exceptionLine(content); name != nil && t.frames > 0 &&
		(!r.text.open || isErrorName(name)) {
		if t.group && bytes.HasSuffix(name, []byte("ExceptionGroup")) {
			return true
		}
		r.exception(name, message)
		return true
	}
	// Another thread's print, or one more line of a text that began meanwhile.
	return !r.text.open
}

// locate learns from a frame where the exception was raised.
func (t *traceback) locate(frame []byte) {
	switch {
	case bytes.HasSuffix(frame, []byte(", in llm_job")):
		if t.where == Elsewhere || t.where == Main {
			t.where = LLMThread
		}
	case t.frames > 1 || t.where != Elsewhere:
	case bytes.HasSuffix(frame, []byte(", in <module>")):
		t.where = Main
	case bytes.Contains(frame, []byte("/gradio/")):
		t.where = Gradio
	}
}

// learn takes what a source line tells about an exception that tells nothing itself.
func (t *traceback) learn(source []byte) {
	switch {
	case len(bytes.Trim(source, " ~^")) == 0: // Marks under the source line.
	case bytes.Contains(source, []byte("execute_async_v3")):
		t.hint = TensorRT
	case bytes.Contains(source, []byte("spk2info[")):
		t.hint = BadInput
	default:
		t.hint = ""
	}
}

// endTold ends a traceback that was read as far as its exception: whatever comes next does
// not belong to it.
func (r *Reader) endTold() {
	if r.trace.stage != inside && r.trace != (traceback{}) {
		r.endAll()
	}
}

// endTraceback ends a traceback wherever it is. One that was cut off before its exception
// is an error of an unknown class.
func (r *Reader) endTraceback() {
	t := &r.trace
	if t.stage == inside && !t.headless && !t.ignored && t.frames > 0 && !r.fault.told && !r.fault.held {
		r.fault.hold(FaultText{Error: OtherError, Where: t.where}, t.place, t.origin)
	}
	r.endAll()
}

// endAll forgets the traceback in work, once its error was told if it is known.
func (r *Reader) endAll() {
	r.tellHeld()
	r.trace, r.fault.told = traceback{}, false
}

// passTraceback takes it that a record came between the lines of a traceback. Without a
// frame so far it was none, and after many it was cut off.
func (r *Reader) passTraceback() {
	t := &r.trace
	if t.stage != inside {
		return
	}
	switch t.records++; {
	case t.frames == 0:
		r.endAll()
	case t.records > maxBetween:
		r.endTraceback()
	}
}
