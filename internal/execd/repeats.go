package execd

import (
	"fmt"
	"regexp"
	"time"

	"github.com/influxdata/telegraf"
)

const (
	repeatWindow = 10 * time.Minute

	// maxFaults bounds the memory and, as all faults beyond it count as the same
	// one, also the log when a fault's text is different every time.
	maxFaults = 256
)

var digits = regexp.MustCompile(`[0-9]+`)

// fault identifies an error or warning; numbers in its text do not count, so
// "pid 71 is gone" and "pid 72 is gone" are the same fault.
type fault struct {
	level telegraf.LogLevel
	text  string
}

// repetition is a fault that was logged, and how often it came since then.
type repetition struct {
	since time.Time
	last  string
	more  int
}

// repeats knows the faults of the last window.
type repeats map[fault]*repetition

// first reports whether a fault is new and so to be logged; otherwise it counts it.
func (r repeats) first(level telegraf.LogLevel, text string, now time.Time) bool {
	key := fault{level, digits.ReplaceAllString(text, "#")}
	seen, ok := r[key]
	if !ok && len(r) >= maxFaults {
		key.text = ""
		seen, ok = r[key]
	}
	if !ok {
		r[key] = &repetition{since: now}
		return true
	}
	seen.last = text
	seen.more++
	return false
}

// expire returns a line for each fault that repeated in a window now over. Such a
// fault stays known for one more window; one that did not repeat is forgotten.
func (r repeats) expire(now time.Time) []string {
	var lines []string
	for key, seen := range r {
		if now.Sub(seen.since) < repeatWindow {
			continue
		}
		if seen.more == 0 {
			delete(r, key)
			continue
		}
		lines = append(lines, seen.line(key.level, now))
		*seen = repetition{since: now}
	}
	return lines
}

// drain returns a line for each fault that repeated, and forgets all.
func (r repeats) drain(now time.Time) []string {
	var lines []string
	for key, seen := range r {
		if seen.more > 0 {
			lines = append(lines, seen.line(key.level, now))
		}
	}
	clear(r)
	return lines
}

func (s *repetition) line(level telegraf.LogLevel, now time.Time) string {
	return formatLine(level, s.last, fmt.Sprintf(" (%d more in the last %s)", s.more, now.Sub(s.since).Round(time.Second)))
}
