package logline

import "bytes"

// What may stand before a message is short and made of times, levels, names, numbers and
// the punctuation between them.
const (
	maxHeader = 200
	maxTokens = 48
	maxWords  = 3 // without punctuation behind them, such as a host's name in a system log
)

// level is the severity a line names.
type level uint8

const (
	noLevel level = iota
	debugLevel
	infoLevel
	warningLevel
	errorLevel
)

// header is what stands before the message of a log line.
type header struct {
	stamp   Stamp
	coarse  bool // the stamp has whole seconds only
	level   level
	shape   shape
	phrase  *phrase // that the message begins with, nil for none
	message int     // where the message begins
	clocked bool    // it has a time, with or without a date
}

// logged tells that the line begins as a log line does.
func (h header) logged() bool { return h.clocked || h.level != noLevel }

// shape is how a header looks, whatever it says: the form of its time, whether it has a
// level, and its first and last byte.
type shape uint32

func shapeOf(b []byte, style stampStyle, l level) shape {
	s := shape(style)
	if l != noLevel {
		s |= 1 << 7
	}
	b = bytes.TrimRight(b, " ")
	if len(b) == 0 {
		return s
	}
	return s | kindOf(b[0])<<8 | kindOf(b[len(b)-1])<<16
}

// kindOf makes all digits alike, and all letters.
func kindOf(c byte) shape {
	switch {
	case isDigit(c):
		return '0'
	case isLetter(c):
		return 'a'
	}
	return shape(c)
}

// parseHeader reads tokens until a message that is known begins, or something that no
// header holds. A known message behind words alone is a quotation: it needs a time, a
// level or nothing before it.
func parseHeader(b []byte) header {
	var h header
	style := noStyle
	i, end, words := 0, 0, 0 // end: of the last token
	limit := min(len(b), maxHeader)
	for tokens := 0; tokens < maxTokens; tokens++ {
		for i < limit && (b[i] == ' ' || b[i] == '\t') {
			i++
		}
		if i >= limit {
			break
		}
		c := b[i]
		if p := phraseAt(b[i:]); p != nil {
			if p.follows(b[:i], h) {
				h.phrase, h.message = p, i
				h.shape = shapeOf(b[:end], style, h.level)
				return h
			}
			break
		}
		n := 0
		switch {
		case isDigit(c):
			n = h.number(b[i:limit], words == 0, &style)
		case isLetter(c) || c == '_':
			n = h.word(b[i:limit], &words)
			if h.level == debugLevel {
				limit = i + n // Nothing that is worth a record comes at this level.
			}
		case bytes.IndexByte([]byte("-|:,[]()*/=.+#"), c) >= 0:
			n = 1
		}
		if n == 0 {
			break
		}
		i += n
		end = i
	}
	h.message = end
	if end > 0 && end < len(b) && b[end] == ' ' {
		h.message++ // Only one blank is the header's: a traceback's lines are indented.
	}
	h.shape = shapeOf(b[:end], style, h.level)
	return h
}

// number returns the length of a time or of the digits at the beginning of b. A time of
// day behind words may be one that a text speaks of.
func (h *header) number(b []byte, first bool, style *stampStyle) int {
	if s, st, n := stampAt(b); n > 0 {
		h.stamp, h.coarse, *style = s, st == coarseStyle, st
		h.clocked = true
		return n
	}
	if len(b) >= 8 && b[2] == ':' && b[5] == ':' &&
		number2(b) >= 0 && number2(b[3:]) >= 0 && number2(b[6:]) >= 0 {
		h.clocked = h.clocked || first
		return 8
	}
	n := 1
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return n
}

// word returns the length of the level or name at the beginning of b, or 0 if the word
// belongs to the message: behind a level, only a logger's name or a place in the source
// can precede it.
func (h *header) word(b []byte, words *int) int {
	n := 1
	for n < len(b) && (isLetter(b[n]) || isDigit(b[n]) || b[n] == '_' || b[n] == '.') {
		n++
	}
	next := n
	for next < len(b) && b[next] == ' ' {
		next++
	}
	if h.level == noLevel {
		if h.level = levelOf(b[:n]); h.level != noLevel {
			return n
		}
		if next == len(b) || bytes.IndexByte([]byte("-|:,[]()/=#"), b[next]) < 0 {
			*words++
			if *words > maxWords {
				return 0
			}
		}
		return n
	}
	following := b[next:min(next+2, len(b))]
	switch {
	case len(following) < 2:
		return 0
	case next > n: // "INFO | name - message", "INFO - name - message"
		if (following[0] != '-' && following[0] != '|') || following[1] != ' ' {
			return 0
		}
	case bytes.IndexByte([]byte("-|:,[]()/="), following[0]) < 0:
		return 0
	case h.level == errorLevel && string(following) == ": ":
		return 0 // More likely the name of an exception than that of a logger.
	}
	return n
}

// levelOf knows the levels of Python's logging, of loguru, and the letter with a date of
// Triton's log.
func levelOf(word []byte) level {
	switch string(word) {
	case "DEBUG", "TRACE":
		return debugLevel
	case "INFO", "NOTICE", "SUCCESS":
		return infoLevel
	case "WARNING", "WARN":
		return warningLevel
	case "ERROR", "CRITICAL", "FATAL":
		return errorLevel
	}
	if len(word) != 5 || !isDigit(word[1]) || number2(word[1:]) < 0 || number2(word[3:]) < 0 {
		return noLevel
	}
	switch word[0] {
	case 'I':
		return infoLevel
	case 'W':
		return warningLevel
	case 'E', 'F':
		return errorLevel
	}
	return noLevel
}

// containerPrefix is the length of what docker compose ("tts-server-1  | ") or vLLM
// ("(EngineCore_DP0 pid=17374) ") puts before every line of one of several processes.
func containerPrefix(b []byte) int {
	if len(b) == 0 || (!isLetter(b[0]) && b[0] != '(') {
		return 0
	}
	head := b[:min(len(b), 80)]
	if b[0] == '(' {
		end := bytes.Index(head, []byte(") "))
		if end < 0 || !bytes.Contains(head[:end], []byte(" pid=")) {
			return 0
		}
		return end + len(") ")
	}
	bar := bytes.IndexByte(head, '|')
	name := bytes.TrimRight(head[:max(0, bar)], " ")
	if len(name) < 3 || len(name) == bar || bytes.IndexByte(name, ' ') >= 0 ||
		!isDigit(name[len(name)-1]) {
		return 0
	}
	if stem := bytes.TrimRight(name, "0123456789"); len(stem) == 0 || (stem[len(stem)-1] != '-' && stem[len(stem)-1] != '_') {
		return 0
	}
	bar++
	if bar < len(b) && b[bar] == ' ' {
		bar++
	}
	return bar
}
