package grafana

import "time"

const day = 24 * time.Hour

// steps are the intervals that Grafana rounds to.
var steps = []time.Duration{
	time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 20 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 7 * day, 30 * day, 365 * day,
}

// Interval is the width of a window for so many points in a time, not below the least.
func Interval(span time.Duration, points int, least time.Duration) time.Duration {
	exact := span / time.Duration(max(points, 1))
	rounded := steps[0]
	for i, step := range steps[1:] {
		border := (steps[i] + step) / 2
		if step >= day { // rounded down
			border = step
		}
		if exact < border {
			break
		}
		rounded = step
	}
	return max(rounded, least)
}
