package flight

import (
	"math"
	"time"
)

// nearest is how far from a moment a reading may lie that speaks for it.
const nearest = 1500 * time.Millisecond

// Summary is what went on during a span, by the readings of each second. Nil is what is
// not known.
type Summary struct {
	GPUMemoryStartBytes   *float64
	GPUMemoryPeakBytes    *float64
	GPUMemoryEndBytes     *float64
	GPUUtilizationPercent *float64 // mean
	ClockSMHz             *float64 // mean
	CPUPercent            *float64 // mean
	HostCPUPercent        *float64 // mean
}

// Summarize reads off a span. One shorter than a second gets the reading of the second
// that it lies in.
func (r *Recorder) Summarize(start, end time.Time) Summary {
	seconds := r.Between(start, end)
	memory := func(s Second) float64 { return s.GPUMemoryBytes }
	return Summary{
		GPUMemoryStartBytes:   r.near(start, memory),
		GPUMemoryEndBytes:     r.near(end, memory),
		GPUMemoryPeakBytes:    highest(seconds, memory),
		GPUUtilizationPercent: mean(seconds, func(s Second) float64 { return s.GPUUtilizationPercent }),
		ClockSMHz:             mean(seconds, func(s Second) float64 { return s.ClockSMHz }),
		CPUPercent:            mean(seconds, func(s Second) float64 { return s.CPUPercent }),
		HostCPUPercent:        mean(seconds, func(s Second) float64 { return s.HostCPUPercent }),
	}
}

// near is the reading of the second of t, else of the closest one.
func (r *Recorder) near(t time.Time, read func(Second) float64) *float64 {
	var best *float64
	distance := nearest
	for _, s := range r.Between(t.Add(-nearest), t.Add(nearest)) {
		v, off := read(s), t.Sub(s.At.Add(time.Second/2)).Abs()
		if !math.IsNaN(v) && off < distance {
			best, distance = &v, off
		}
	}
	return best
}

func highest(seconds []Second, read func(Second) float64) *float64 {
	var top *float64
	for _, s := range seconds {
		if v := read(s); !math.IsNaN(v) && (top == nil || v > *top) {
			top = &v
		}
	}
	return top
}

func mean(seconds []Second, read func(Second) float64) *float64 {
	sum, count := 0.0, 0.0
	for _, s := range seconds {
		if v := read(s); !math.IsNaN(v) {
			sum += v
			count++
		}
	}
	if count == 0 {
		return nil
	}
	sum /= count
	return &sum
}
