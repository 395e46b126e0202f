package logline

import (
	"bytes"
	"hash/crc32"
)

// maxLine is how much of one line is kept. The longest texts that a model can speak are
// a tenth of it.
const maxLine = 64 << 10

// Counters tell what was read since the Reader was made.
type Counters struct {
	Bytes int64
	Lines int64 // that are not empty; a progress bar ends at its carriage return
	// Understood are the lines that gave a record, belong to one, or begin as a log line
	// of something else.
	Understood int64
	// Suspicious are the lines that say what a record says where or as no record can.
	Suspicious int64
	TooLong    int64 // lines of which only the beginning was read
}

// Reader turns the bytes of one log into records. It holds at most one incomplete line.
type Reader struct {
	emit     func(*Record)
	record   Record
	counters Counters

	offset   int64  // of the next byte to come
	kept     []byte // the beginning of an incomplete line
	keptAt   int64
	overlong bool   // the incomplete line is longer than kept may be
	stripped []byte // a line without its escape sequences

	at  int64  // of the record in work
	raw []byte // its bytes in the log

	shapes shapes
	text   textState
	trace  traceback
	fault  fault
}

// NewReader makes a Reader that gives emit each record in the order of the log. The
// record and the bytes in it are valid until emit returns.
func NewReader(emit func(*Record)) *Reader {
	return &Reader{emit: emit}
}

// Offset is where in the log the next byte to write stands.
func (r *Reader) Offset() int64 { return r.offset }

// Counters returns what was read so far.
func (r *Reader) Counters() Counters { return r.counters }

// SkipTo says that the next byte written is the one at offset. An incomplete line and an
// unfinished traceback are dropped.
func (r *Reader) SkipTo(offset int64) {
	r.dropKept()
	r.offset = offset
	r.text, r.trace, r.fault = textState{}, traceback{}, fault{}
}

// Settle emits an error that waits for a second traceback of the same exception. It is
// for a log that has been silent for a second: nothing else may come for hours.
func (r *Reader) Settle() { r.tellHeld() }

// Flush takes what was written last as a whole line and ends an unfinished traceback. It
// is for the end of a file.
func (r *Reader) Flush() {
	if len(r.kept) > 0 {
		r.line(r.keptAt, r.kept, 0)
		r.dropKept()
	}
	r.endTraceback()
	r.text = textState{}
}

// Write reads the bytes that follow those written before. It never fails.
func (r *Reader) Write(p []byte) (int, error) {
	n := len(p)
	r.counters.Bytes += int64(n)
	for len(p) > 0 {
		line, rest, ended := bytes.Cut(p, newline)
		for {
			cr := bytes.IndexByte(line, '\r')
			if cr < 0 {
				break
			}
			r.piece(line[:cr], '\r')
			line = line[cr+1:]
		}
		if !ended {
			r.keep(line)
			break
		}
		r.piece(line, '\n')
		p = rest
	}
	return n, nil
}

var (
	newline = []byte{'\n'}
	indent  = []byte("  ")
	bom     = []byte("\xef\xbb\xbf")
)

// piece takes the rest of a line and what ended it.
func (r *Reader) piece(b []byte, end byte) {
	if len(r.kept) > 0 {
		r.keep(b)
		r.line(r.keptAt, r.kept, end)
		r.dropKept()
	} else {
		b = r.skipNUL(b)
		at := r.offset
		r.offset += int64(len(b))
		if len(b) > maxLine {
			b, r.overlong = b[:maxLine], true
		}
		r.line(at, b, end)
		r.overlong = false
	}
	r.offset++
}

// keep adds to the incomplete line as much of b as it may hold.
func (r *Reader) keep(b []byte) {
	if len(r.kept) == 0 {
		b = r.skipNUL(b)
		r.keptAt = r.offset
	}
	r.offset += int64(len(b))
	if room := maxLine - len(r.kept); len(b) > room {
		b, r.overlong = b[:room], true
	}
	r.kept = append(r.kept, b...)
}

func (r *Reader) dropKept() { r.kept, r.overlong = r.kept[:0], false }

// skipNUL passes over the NUL bytes before a line: a log that is truncated under a writer
// which does not append begins with as many as it was long.
func (r *Reader) skipNUL(b []byte) []byte {
	rest := bytes.TrimLeft(b, "\x00")
	r.offset += int64(len(b) - len(rest))
	return rest
}

// line reads one line, or the part of one up to a carriage return.
func (r *Reader) line(at int64, b []byte, end byte) {
	if len(b) == 0 {
		r.text.blanks++
		return
	}
	r.counters.Lines++
	if r.overlong {
		r.counters.TooLong++
	}
	if bytes.HasPrefix(b, bom) {
		b, at = b[len(bom):], at+int64(len(bom))
	}
	r.at, r.raw = at, b
	if rest := r.bar(b, end); rest < len(b) {
		r.at, r.raw = at+int64(rest), b[rest:]
		r.log()
	} else {
		r.counters.Understood++
	}
}

// log reads what follows the bars of a line, if any: a log record or plain text.
func (r *Reader) log() {
	b := r.raw
	if bytes.IndexByte(b, escape) >= 0 {
		r.stripped = stripANSI(r.stripped[:0], b)
		b = r.stripped
	}
	b = b[containerPrefix(b):]
	if r.trace.stage == inside && (bytes.HasPrefix(b, indent) || isErrorName(exceptionName(b))) {
		// A line of source or a message may begin as a log line does.
		r.tracebackLine(b, false)
		r.counters.Understood++
		return
	}
	h := parseHeader(b)
	if r.logged(h, b[h.message:]) || r.plain(b) {
		r.counters.Understood++
	}
}

// begin prepares the record of the line in work.
func (r *Reader) begin(kind Kind, h header) *Record {
	r.record = Record{Kind: kind, Place: r.place(), Stamp: h.stamp, Coarse: h.coarse}
	return &r.record
}

func (r *Reader) place() Place {
	return Place{Offset: r.at, Hash: crc32.Checksum(r.raw, castagnoli)}
}

// castagnoli is the polynomial that processors compute themselves.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)
