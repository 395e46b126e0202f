package execd

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/influxdata/telegraf"
)

const (
	// logBacklog is how many lines wait while nobody reads stderr: 32 KiB at most.
	logBacklog = 64

	// closeDeadline bounds Close when nobody reads stderr.
	closeDeadline = 100 * time.Millisecond
)

// Logger is a telegraf.Logger that writes what inputs.execd understands: lines
// that begin with "E! ", "W! ", "I! ", "D! " or "T! ". Anything else Telegraf logs
// as an error, and a line over 64 KiB makes it stop reading stderr for good.
//
// Logging never blocks: lines that stderr does not take are dropped and counted
// in a later line. An error or warning that repeats is logged once and then, as
// long as it lasts, as a count every ten minutes.
type Logger struct {
	level   telegraf.LogLevel
	lines   chan string
	closing chan struct{}
	written <-chan struct{}

	mu         sync.Mutex
	attributes string
	repeats    repeats
	dropped    int
	closed     bool
}

// NewLogger logs to w what level includes, until Close.
func NewLogger(w io.Writer, level telegraf.LogLevel) *Logger {
	l := &Logger{
		level:   level,
		lines:   make(chan string, logBacklog),
		closing: make(chan struct{}),
		repeats: repeats{},
	}
	l.written = async(func() { l.write(w) })
	return l
}

// Close logs the counts of what was held back and waits a moment for stderr to
// take the last lines. Later lines are discarded.
func (l *Logger) Close() {
	l.mu.Lock()
	for _, line := range l.repeats.drain(time.Now()) {
		l.enqueue(line)
	}
	l.tellDropped()
	closed := l.closed
	l.closed = true
	l.mu.Unlock()
	if !closed {
		close(l.closing)
	}
	waitUntil(l.written, time.Now().Add(closeDeadline))
}

// write owns w. A failed write has nowhere to be reported.
func (l *Logger) write(w io.Writer) {
	sweep := time.NewTicker(repeatWindow / 10)
	defer sweep.Stop()
	for {
		select {
		case line := <-l.lines:
			_, _ = io.WriteString(w, line)
		case now := <-sweep.C:
			l.sweep(now)
		case <-l.closing:
			for {
				select {
				case line := <-l.lines:
					_, _ = io.WriteString(w, line)
				default:
					return
				}
			}
		}
	}
}

func (l *Logger) sweep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.repeats.expire(now) {
		l.enqueue(line)
	}
	l.tellDropped()
}

func (l *Logger) log(level telegraf.LogLevel, text string) {
	if !l.level.Includes(level) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	text += l.attributes
	// Only faults are folded: two notices that differ in a number are two facts.
	if level <= telegraf.Warn && !l.repeats.first(level, text, time.Now()) {
		return
	}
	l.enqueue(formatLine(level, text, ""))
}

func (l *Logger) enqueue(line string) {
	if l.closed {
		return
	}
	if !l.offer(line) {
		l.dropped++
	}
}

func (l *Logger) tellDropped() {
	if l.dropped == 0 {
		return
	}
	note := fmt.Sprintf("Dropped %d log lines: nobody was reading stderr", l.dropped)
	if l.offer(formatLine(telegraf.Warn, note, "")) {
		l.dropped = 0
	}
}

func (l *Logger) offer(line string) bool {
	select {
	case l.lines <- line:
		return true
	default:
		return false
	}
}

// Level returns the most detailed level that is logged.
func (l *Logger) Level() telegraf.LogLevel { return l.level }

// AddAttribute appends key=value to every later line.
func (l *Logger) AddAttribute(key string, value any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attributes += fmt.Sprintf(" %s=%v", key, value)
}

// The methods below are telegraf.Logger's, one pair a level.

func (l *Logger) Errorf(format string, args ...any) { l.logf(telegraf.Error, format, args) }
func (l *Logger) Error(args ...any)                 { l.logln(telegraf.Error, args) }
func (l *Logger) Warnf(format string, args ...any)  { l.logf(telegraf.Warn, format, args) }
func (l *Logger) Warn(args ...any)                  { l.logln(telegraf.Warn, args) }
func (l *Logger) Infof(format string, args ...any)  { l.logf(telegraf.Info, format, args) }
func (l *Logger) Info(args ...any)                  { l.logln(telegraf.Info, args) }
func (l *Logger) Debugf(format string, args ...any) { l.logf(telegraf.Debug, format, args) }
func (l *Logger) Debug(args ...any)                 { l.logln(telegraf.Debug, args) }
func (l *Logger) Tracef(format string, args ...any) { l.logf(telegraf.Trace, format, args) }
func (l *Logger) Trace(args ...any)                 { l.logln(telegraf.Trace, args) }

func (l *Logger) logf(level telegraf.LogLevel, format string, args []any) {
	l.log(level, fmt.Sprintf(format, args...))
}

func (l *Logger) logln(level telegraf.LogLevel, args []any) {
	l.log(level, strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
}
