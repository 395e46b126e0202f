package stack

import "time"

// pacing is how a part that ends by itself is started again.
type pacing struct {
	// first is the pause before the first new start; it doubles up to longest,
	// and begins anew when the part has run for healthy.
	first, longest, healthy time.Duration
	// A part that ends within quick of its start, quickExits times in a row, does
	// not start at all.
	quick      time.Duration
	quickExits int
}

var defaultPacing = pacing{
	first:      time.Second,
	longest:    30 * time.Second,
	healthy:    time.Minute,
	quick:      5 * time.Second,
	quickExits: 3,
}

// backoff follows the ends of one part.
type backoff struct {
	pacing pacing
	pause  time.Duration
	quick  int
}

// ended notes that the part ended after it lived for some time, and returns the
// pause before it is started again.
func (b *backoff) ended(lived time.Duration) time.Duration {
	if b.quick++; lived >= b.pacing.quick {
		b.quick = 0
	}
	if b.pause == 0 || lived >= b.pacing.healthy {
		b.pause = b.pacing.first
	} else {
		b.pause = min(2*b.pause, b.pacing.longest)
	}
	return b.pause
}

// hopeless says that the part does not start at all.
func (b *backoff) hopeless() bool { return b.quick >= b.pacing.quickExits }
