package words

import (
	"strings"
	"time"
)

// Clock is a time of this machine, with the day where it is not of the last hours.
func Clock(at time.Time) string {
	at = at.Local()
	if time.Since(at) > 18*time.Hour {
		return at.Format("01-02 15:04:05")
	}
	return at.Format(time.TimeOnly)
}

// OneLine is text from outside, such as of a log, as it may be printed: on one line, and without the
// control characters that a terminal would obey.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}
