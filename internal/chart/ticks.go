package chart

import (
	"math"
	"strconv"
	"time"
)

// ticks are round values from 0 to the first that is not below the highest, three to six of them.
func ticks(highest float64) []float64 {
	if !(highest > 0) {
		highest = 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(highest)))
	for _, step := range []float64{0.2, 0.25, 0.5, 1} {
		if highest <= 5*step*unit*(1+1e-9) {
			return upTo(highest, step*unit)
		}
	}
	return upTo(highest, 2*unit)
}

func upTo(highest, step float64) (values []float64) {
	for i := range int(math.Ceil(highest/step-1e-9)) + 1 {
		values = append(values, float64(i)*step)
	}
	return values
}

// number writes a tick with the digits that its step needs.
func number(v, step float64) string {
	digits := 0
	for s := step; digits < 6 && math.Abs(s-math.Round(s)) > 1e-6; s *= 10 {
		digits++
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// tick is a time below the axis.
type tick struct {
	at    time.Time
	label string
}

// steps are what can lie between two times below the axis, by the clock of the zone: a day may have
// 23 hours.
var steps = []struct {
	length time.Duration
	days   int
}{
	{5 * time.Minute, 0}, {10 * time.Minute, 0}, {15 * time.Minute, 0}, {30 * time.Minute, 0},
	{time.Hour, 0}, {2 * time.Hour, 0}, {3 * time.Hour, 0}, {6 * time.Hour, 0}, {12 * time.Hour, 0},
	{0, 1}, {0, 2}, {0, 5}, {0, 10}, {0, 15}, {0, 30}, {0, 60}, {0, 120}, {0, 240},
}

// times are round times of the zone, at most seven. Midnight is told by its date.
func times(from, to time.Time, zone *time.Location) []tick {
	from, to = from.In(zone), to.In(zone)
	for _, step := range steps {
		length := step.length + time.Duration(step.days)*24*time.Hour
		if to.Sub(from) > 7*length {
			continue
		}
		var ticks []tick
		for i := 0; ; i++ {
			at := time.Date(from.Year(), from.Month(), from.Day()+i*step.days, 0, i*int(step.length.Minutes()), 0, 0, zone)
			if at.After(to) {
				return ticks
			}
			if at.Before(from) {
				continue
			}
			label := at.Format("15:04")
			if step.days > 0 || at.Hour() == 0 && at.Minute() == 0 {
				label = at.Format("01-02")
			}
			ticks = append(ticks, tick{at, label})
		}
	}
	return nil
}
