package synthesis

import (
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// stamps makes the times of points. The digits below the millisecond come from the place
// in the log, so that a second reading writes the same point again, and two ends in the
// same millisecond stay two.
type stamps struct {
	last [64]time.Time // given out lately
	next int
}

func (s *stamps) point(at time.Time, place logline.Place) time.Time {
	// Knuth's multiplicative hashing spreads neighbouring offsets.
	digits := (uint64(place.Offset)*11400714819323198485 ^ uint64(place.Hash)*2654435761) % uint64(time.Millisecond)
	point := at.Truncate(time.Millisecond).Add(time.Duration(digits))
	for slices.Contains(s.last[:], point) {
		point = point.Add(time.Nanosecond)
	}
	s.last[s.next%len(s.last)] = point
	s.next++
	return point
}
