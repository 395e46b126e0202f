// Package pylog writes a log stream byte for byte as a Python speech server
// does: records of the logging module, plain prints and tqdm progress bars,
// all on one stream.
package pylog

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Levels of Python's logging module.
const (
	Info    = "INFO"
	Warning = "WARNING"
	Error   = "ERROR"
)

// Log is one output stream. Its methods are safe for concurrent use; as in
// Python, a record or a bar is never torn by another.
type Log struct {
	mu   sync.Mutex
	w    io.Writer
	now  func() time.Time
	bars []*Bar // bars on display, in the order they were opened
}

// New returns a log on w. Stamps are local time.
func New(w io.Writer) *Log {
	return &Log{w: w, now: time.Now}
}

// Record writes a line of logging.basicConfig with the format
// "%(asctime)s %(levelname)s %(message)s".
func (l *Log) Record(level, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	stamp := l.now().Format("2006-01-02 15:04:05,000")
	l.write(stamp + " " + level + " " + fmt.Sprintf(format, args...) + "\n")
}

// Print writes a line without a prefix, as print and uvicorn's loggers do.
func (l *Log) Print(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write(fmt.Sprintf(format, args...) + "\n")
}

// write drops the error: a Python server keeps serving when its log's disk is
// full, and so must its stand-in.
func (l *Log) write(s string) {
	_, _ = io.WriteString(l.w, s)
}
