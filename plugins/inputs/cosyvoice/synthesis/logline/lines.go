package logline

import "bytes"

const (
	// slack is by how much the times of two threads may be out of order in a log: a
	// record is made before it waits for its turn.
	slack Stamp = 1000
	day   Stamp = 24 * 3600 * 1000
	// pause is how long a consumer may wait before it asks for its next chunk, while
	// nothing else happens at all.
	pause Stamp = 5 * 60 * 1000
)

// logged reads a line that begins as one of a log, or with a message that is known. It
// tells whether the line was one.
func (r *Reader) logged(h header, message []byte) bool {
	if h.phrase == nil {
		if !h.logged() {
			return false
		}
		if h.level != errorLevel || !r.errorLine(h, message) {
			r.next()
		}
		return true
	}
	switch h.phrase.meaning {
	case yields, starts, tooShort, requested:
		return r.synthesis(h, message)
	case accessed:
		r.next()
		record := r.begin(Access, h)
		record.Access, _ = parseAccess(message)
		r.emit(record)
		return true
	case notices, saved, killed:
		return r.notice(h)
	case announces:
		if h.level == errorLevel {
			r.announce(h, message[len(h.phrase.words):])
			return true
		}
	case threadDies:
		if !h.logged() && message[len(message)-1] == ':' {
			r.threadDies(bytes.Contains(message, []byte("(llm_job)")))
			return true
		}
	case ignores:
		if !h.logged() {
			r.ignoreException()
			return true
		}
	}
	if h.logged() {
		r.next()
	}
	return h.logged()
}

// next ends what only directly following lines can belong to.
func (r *Reader) next() {
	r.endTold()
	r.text.open = false
}

// believes tells whether a line with the words of a record is one; see the package. Between
// a text and what directly follows it a server may rest, but not between a text and audio.
func (r *Reader) believes(h header, yield YieldLine) bool {
	if !r.shapes.trusted(h.shape) {
		return false
	}
	if !r.text.open || h.stamp == NoStamp || r.text.base == NoStamp {
		return true
	}
	since, limit := h.stamp-r.text.base, day
	if h.phrase.meaning == yields {
		limit = pause + Stamp(yield.ComputeSeconds()*1000)
	}
	if since >= -slack && since <= limit {
		return true
	}
	// So many in a row are more likely a clock that was put back.
	if r.text.rejected++; r.text.rejected == patience {
		r.text.base = NoStamp
	}
	return false
}

// synthesis reads a line with the words of one of the model's records.
func (r *Reader) synthesis(h header, message []byte) bool {
	yield, ok := YieldLine{}, true
	if h.phrase.meaning == yields {
		yield, ok = parseYield(message)
	}
	if !ok || !r.believes(h, yield) {
		r.counters.Suspicious++
		return false
	}
	r.next()
	r.passTraceback()
	switch h.phrase.meaning {
	case yields:
		record := r.begin(Yield, h)
		record.Yield = yield
		r.emit(record)
	case requested:
		record := r.begin(Request, h)
		record.Request, _ = requestMode(message)
		r.emit(record)
	default:
		r.start(h, message[len(h.phrase.words):])
	}
	return true
}

// start emits the beginning of a segment, or the warning before one. The level tells them
// apart; only where none is named, the words at the end have to.
func (r *Reader) start(h header, text []byte) {
	short := h.phrase.meaning == tooShort || h.level == warningLevel ||
		h.level == noLevel && bytes.Contains(text, []byte(" too short than prompt text "))
	r.text = textState{open: true, short: short, base: h.stamp}
	if short {
		r.emit(r.begin(TooShort, h))
	} else {
		r.segment(SegmentStart, h, text)
	}
}

// segment emits a text or one more line of it.
func (r *Reader) segment(kind Kind, h header, text []byte) {
	if r.overlong {
		text = wholeRunes(text)
	}
	record := r.begin(kind, h)
	record.Segment.Text = text
	if kind == SegmentStart && bytes.HasPrefix(text, []byte("<generator object ")) {
		record.Segment.Generator = true
	} else {
		record.Segment.Characters = characters(text)
	}
	if kind == Continuation {
		record.Segment.Characters += r.text.blanks + 1
		r.text.blanks = 0
	}
	r.emit(record)
}

// notice emits a fact about the server or a saved file, unless the line belongs to a text:
// inside one, those that are logged have a header wherever the records have one.
func (r *Reader) notice(h header) bool {
	if r.text.open && !h.phrase.printed && !r.shapes.knows(h.shape) {
		r.counters.Suspicious++
		return false
	}
	if h.phrase.notice == ModelLoading {
		r.shapes.learn(h.shape)
	}
	r.next()
	if h.phrase.meaning == saved {
		r.emit(r.begin(Saved, h))
		return true
	}
	record := r.begin(Notice, h)
	record.Notice = h.phrase.notice
	r.emit(record)
	return true
}

// plain reads a line without a header.
func (r *Reader) plain(b []byte) bool {
	switch {
	case r.tracebackLine(b, false):
	case bytes.Contains(b, []byte("Warning: ")) && bytes.Contains(b, []byte(".py:")):
		r.text.open = false // Python's warnings; one more line of source follows.
		if bytes.Contains(b, []byte("Specified provider 'CUDAExecutionProvider' is not in available provider")) {
			record := r.begin(Notice, header{})
			record.Notice = ONNXOnCPU
			r.emit(record)
		}
	case r.text.open:
		if !r.text.short {
			r.segment(Continuation, header{}, b)
		}
	default:
		return false
	}
	return true
}
