package logline

import "bytes"

// bar reads the tqdm bar at the beginning of b and returns where it ends: a log record
// may follow on the same line, since a bar that is not full ends without a line feed.
// The bars of downloads and of model loading give no record.
func (r *Reader) bar(b []byte, end byte) int {
	bar, ours, length := parseBar(b)
	if length == 0 {
		return 0
	}
	for {
		n := ansiLength(b[length:])
		if n == 0 {
			break
		}
		if b[length+n-1] == 'A' {
			bar.Row++
		}
		length += n
	}
	r.next()
	if ours {
		r.raw = b[:length]
		bar.Ended = length == len(b) && end == '\n'
		record := r.begin(Bar, header{})
		record.Bar = bar
		r.emit(record)
	}
	return length
}

// parseBar reads " 33%|███▎      | 1/3 [00:00<00:01,  3.32it/s]" as tqdm/std.py formats it,
// with or without a description before it. The bars of requests have none upstream, and
// "Synthesizing" in FastCosyVoice.
func parseBar(b []byte) (bar BarLine, ours bool, length int) {
	percent := bytes.Index(b[:min(len(b), 80)], []byte("%|"))
	start := percent
	for start > 0 && isDigit(b[start-1]) {
		start--
	}
	if start == percent || percent < 1 {
		return bar, false, 0
	}
	description := bytes.TrimRight(b[:start], " ")
	ours = len(description) == 0 || bytes.HasPrefix(description, []byte("Synthesizing"))
	if !ours {
		// Not what a log line says of something.
		h := parseHeader(b)
		if h.logged() || h.phrase != nil || description[len(description)-1] != ':' {
			return bar, false, 0
		}
	}
	bracket := bytes.Index(b[percent:], []byte(" ["))
	if bracket < 0 {
		return bar, false, 0
	}
	bracket += percent
	closing := bytes.IndexByte(b[bracket:], ']')
	if closing < 0 {
		return bar, false, 0
	}
	count := b[percent:bracket]
	count = bytes.TrimLeft(count[bytes.LastIndexByte(count, '|')+1:], " ")
	done, total, found := bytes.Cut(count, []byte{'/'})
	if !found {
		return bar, false, 0
	}
	elapsed, _, _ := bytes.Cut(b[bracket+2:], []byte{'<'})
	var ok [3]bool
	bar.Done, ok[0] = wholeNumber(done)
	bar.Total, ok[1] = wholeNumber(total)
	bar.Seconds, ok[2] = clockSeconds(elapsed)
	return bar, ours && ok == [3]bool{true, true, true}, bracket + closing + 1
}

// wholeNumber reads a number of at most nine digits and nothing else.
func wholeNumber(b []byte) (n int, ok bool) {
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(b) > 0 && len(b) < 10
}

// clockSeconds reads "01:11" or "1:02:03".
func clockSeconds(b []byte) (seconds int, ok bool) {
	for {
		part, rest, more := bytes.Cut(b, []byte{':'})
		n, ok := wholeNumber(part)
		if !ok {
			return 0, false
		}
		seconds = seconds*60 + n
		if !more {
			return seconds, true
		}
		b = rest
	}
}
