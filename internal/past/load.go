package past

import (
	"math"
	"time"
)

// busiest is the highest number of requests a minute on a usual evening.
const busiest = 3.0

// rate is how many requests a minute there are at a time on a usual day: few at night, some in the
// afternoon, most in the evening; at weekends people rise later and stay longer.
func (p Plan) rate(at time.Time) float64 {
	local := at.In(p.Anchor.Location())
	hour := float64(local.Hour()) + float64(local.Minute())/60
	wave := func(middle, width, height float64) float64 {
		d := math.Mod(hour-middle+36, 24) - 12 // around midnight too
		return height * math.Exp(-d*d/(2*width*width))
	}
	if day := local.Weekday(); day == time.Saturday || day == time.Sunday {
		return busiest * (0.04 + wave(14, 3.2, 0.42) + wave(20.8, 2.3, 0.8))
	}
	return busiest * (0.03 + wave(10.3, 1.6, 0.22) + wave(15.2, 2.2, 0.3) + wave(20.6, 1.9, 0.95))
}

// requests is how many are expected between two times.
func (p Plan) requests(from, to time.Time) (sum float64) {
	const step = 10 * time.Minute
	for at := from; at.Before(to); at = at.Add(step) {
		sum += p.rate(at) * min(step, to.Sub(at)).Minutes()
	}
	return sum
}
