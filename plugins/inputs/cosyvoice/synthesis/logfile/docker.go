package logfile

import (
	"bytes"
	"encoding/json"
	"strings"
)

// maxDockerLine is far beyond what Docker writes: it cuts what a container prints every
// 16 KiB (daemon/logger/copier.go), which JSON makes six times as long at most.
const maxDockerLine = 1 << 20

// unwrapper takes what a container printed out of the lines of Docker's json-file log.
//
// What is printed is shorter than its wrapping. The difference is made up by NUL bytes
// after the printed line, so that every line begins at the offset where its wrapping
// begins in the file, at each reading and wherever reading began.
type unwrapper struct {
	wrapped []byte // the beginning of a wrapping line
	dropped bool   // that line is too long

	printed []byte
	at      int64 // where printed stands
	inside  bool  // what was printed last has no line feed yet
	missing int   // bytes to make up for
	// lineStart is where the line begins that is not complete yet.
	lineStart int64
}

// reset makes the unwrapper begin at an offset.
func (u *unwrapper) reset(offset int64) {
	*u = unwrapper{wrapped: u.wrapped[:0], printed: u.printed[:0], at: offset, lineStart: offset}
}

// unwrap takes more of the file and returns the rest of it. What was printed is then in
// u.printed, standing at u.at, until next is called.
func (u *unwrapper) unwrap(p []byte, stats *Stats) []byte {
	for !u.isFarBehind() {
		end := bytes.IndexByte(p, '\n') + 1
		if end == 0 {
			u.keep(p, stats)
			return nil
		}
		u.keep(p[:end], stats)
		u.print(stats)
		p = p[end:]
	}
	return p
}

// next makes room for what is printed next. It tells whether that stands further on.
func (u *unwrapper) next() (jumped bool) {
	u.at += int64(len(u.printed))
	u.printed = u.printed[:0]
	if u.isFarBehind() {
		u.at, u.missing, jumped = u.at+int64(u.missing), 0, true
		u.lineStart = u.at
	}
	return jumped
}

// isFarBehind tells that there is too much to make up for, as after rubbish.
func (u *unwrapper) isFarBehind() bool { return !u.inside && u.missing > maxDockerLine }

// keep collects a wrapping line.
func (u *unwrapper) keep(p []byte, stats *Stats) {
	if len(u.wrapped)+len(p) > maxDockerLine {
		stats.BytesSkipped += int64(len(u.wrapped))
		u.missing += len(u.wrapped)
		u.wrapped, u.dropped = u.wrapped[:0], true
	}
	u.wrapped = append(u.wrapped, p...)
}

// print takes the text out of a complete wrapping line.
func (u *unwrapper) print(stats *Stats) {
	var entry struct {
		Log *string `json:"log"`
	}
	u.missing += len(u.wrapped)
	if u.dropped || json.Unmarshal(u.wrapped, &entry) != nil || entry.Log == nil {
		stats.BytesSkipped += int64(len(u.wrapped))
	} else if text := *entry.Log; text != "" {
		u.printed = append(u.printed, text...)
		u.missing -= len(text)
		u.inside = !strings.HasSuffix(text, "\n")
	}
	if !u.inside && u.missing >= 0 && !u.isFarBehind() {
		u.printed = append(u.printed, make([]byte, u.missing)...)
		u.missing = 0
		u.lineStart = u.at + int64(len(u.printed))
	}
	u.wrapped, u.dropped = u.wrapped[:0], false
}

// isDockerLog tells a log of Docker by its name, unless its beginning is no JSON.
func isDockerLog(path string, head []byte) bool {
	return strings.Contains(path, "-json.log") && (len(head) == 0 || head[0] == '{')
}
