// Package flight is the black box of a server: what it and its GPUs did in each second of
// the last ten minutes, kept in memory.
package flight

import (
	"math"
	"time"
)

// Length is how far back a recorder remembers.
const Length = 10 * time.Minute

// Second is one second. NaN is what is not known.
type Second struct {
	At time.Time // its beginning

	GPUMemoryBytes        float64 // used on the cards that the server is on
	GPUUtilizationPercent float64 // of the busiest of them
	ClockSMHz             float64 // of the slowest of them
	CPUPercent            float64 // of the server, 100 for one core
	RSSBytes              float64 // of the server
	HostCPUPercent        float64 // 100 for all cores
	InFlight              float64 // syntheses
}

var nan = math.NaN()

// Recorder remembers one server. The zero value is empty. It is used from one goroutine.
type Recorder struct {
	seconds [Length / time.Second]Second
}

// At gives the second in which t lies, to be filled in. It is nil for one that is too old
// to be kept.
func (r *Recorder) At(t time.Time) *Second {
	began := t.Truncate(time.Second)
	s := r.slot(began)
	if s.At.Before(began) {
		*s = Second{began, nan, nan, nan, nan, nan, nan, nan}
	}
	if s.At.After(began) {
		return nil
	}
	return s
}

func (r *Recorder) slot(began time.Time) *Second {
	count := int64(len(r.seconds))
	return &r.seconds[((began.Unix()%count)+count)%count]
}

// Between returns copies of the seconds known from the one in which from lies to that in
// which to lies, oldest first.
func (r *Recorder) Between(from, to time.Time) []Second {
	from = from.Truncate(time.Second)
	if oldest := to.Add(-Length).Truncate(time.Second).Add(time.Second); from.Before(oldest) {
		from = oldest
	}
	var known []Second
	for began := from; !began.After(to); began = began.Add(time.Second) {
		if s := r.slot(began); s.At.Equal(began) {
			known = append(known, *s)
		}
	}
	return known
}
