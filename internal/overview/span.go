// Package overview reads what shows at one look how a machine with speech servers was over a time:
// readings in windows, syntheses by outcome and how long they took, and the time in each state. The
// questions are the files of the folder flux, which choose the bucket that suits the time.
package overview

import (
	"math"
	"time"
)

// Span is a time in windows, that are as many as a picture can show.
type Span struct {
	From, To time.Time
	Start    time.Time // of the first window, at From or before it
	Window   time.Duration
	Number   int // of windows
}

// most is how many windows there are at the most.
const most = 120

// Over divides a time. A window divides the day, as windows in InfluxDB begin with 1970.
func Over(from, to time.Time) Span {
	s := Span{From: from, To: to, Window: 24 * time.Hour}
	for _, window := range []time.Duration{
		30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if to.Sub(from) <= most*window {
			s.Window = window
			break
		}
	}
	for to.Sub(from) > most*s.Window {
		s.Window *= 2
	}
	// Unix seconds, for time.Truncate counts from the year 1.
	seconds := int64(s.Window.Seconds())
	s.Start = time.Unix(from.Unix()/seconds*seconds, 0)
	s.Number = int(math.Ceil(float64(to.Sub(s.Start)) / float64(s.Window)))
	return s
}

// nothing are as many values as there are windows, of which none is known.
func (s Span) nothing() []float64 {
	values := make([]float64, s.Number)
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}

// index is the window that begins at a time; ok is false for one outside.
func (s Span) index(at time.Time) (i int, ok bool) {
	i = int(at.Sub(s.Start) / s.Window)
	return i, i >= 0 && i < s.Number && !at.Before(s.Start)
}
