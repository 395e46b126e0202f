package scenario

import (
	"fmt"
	"hash/fnv"
	"math"
	"time"
)

const day = 24 * time.Hour

// Days are the days of a healthy box's life, the first few of a month: a box each, which had the days
// before it too, so that all can be judged side by side. Their onset is a midnight.
func Days(number int) (boxes []Box) {
	for d := range number {
		begin := time.Duration(d) * day
		box := Box{Name: fmt.Sprintf("day-%02d", d), At: func(after time.Duration) Tick { return life(begin + after) }}
		for at := begin - 2*time.Hour; at < begin+day; at += interval {
			box.Events = append(box.Events, told(at, at-begin)...)
		}
		boxes = append(boxes, box)
	}
	return boxes
}

// chance is a number from 0 to 1 that is always the same for the same thing at the same time.
func chance(of string, at time.Duration) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, of, int64(at))
	// The last bits of this hash differ, the first hardly.
	return float64(h.Sum64()*0x9e3779b97f4a7c15>>11) / (1 << 53)
}

// times tells whether something that happens so many times a day does within this tick.
func times(of string, aDay float64, at time.Duration) bool {
	return chance(of, at) < aDay*interval.Seconds()/day.Seconds()
}

// clock is the hour of the day, and the number of the day.
func clock(at time.Duration) (hour float64, number time.Duration) {
	number = at / day
	if at < 0 {
		number--
	}
	return (at - number*day).Hours(), number
}

// bump is 1 in the middle of something, and less around it.
func bump(hour, middle, width float64) float64 {
	away := math.Abs(hour - middle)
	away = min(away, 24-away)
	return math.Exp(-away * away / (2 * width * width))
}

// Once a week, in the fourth night, the server is started anew, for which it takes 50 seconds.
const (
	week    = 7 * day
	restart = 3*day + 4*time.Hour
	loading = 50 * time.Second
)

// uptime is how long the server has run.
func uptime(at time.Duration) time.Duration {
	return ((at-restart)%week + week) % week
}

// life is what a box does at a time after the first midnight of the month.
func life(at time.Duration) Tick {
	t := healthy(at)
	hour, number := clock(at)
	t.Uptime = uptime(at)

	// People ask in the day and most in the evening, on some days more than on others, and by fits
	// and starts.
	asked := 0.03 + 0.8*bump(hour, 11, 2.5) + 0.9*bump(hour, 15.5, 2) + 2.4*bump(hour, 20.5, 1.5)
	asked *= 0.7 + 0.6*chance("day", number)
	asked *= 0.6 + 0.9*chance("minutes", at.Truncate(15*time.Minute))
	t.Audio = 5 + 6*chance("texts", at.Truncate(20*time.Minute))
	t.Rambling = 0.85 + 0.5*chance("pauses", at) // some texts have numbers and pauses
	if chance("book", at.Truncate(40*time.Minute)) < 0.03 {
		t.Audio, t.PerSynthesis = 40, 1.6*gib // somebody has a book read
	}
	// Each night a list is worked off.
	if hour >= 1.5 && hour < 3 {
		asked, t.Audio, t.PerSynthesis = 3, 30, 1.3*gib
	}
	t.Concurrency = asked
	share := max(0, asked-1) / 3 // beyond one at a time
	t.RTF = (0.31 + 0.04*chance("speakers", at.Truncate(10*time.Minute))) * (1 + 0.3*share)
	t.FirstChunk = 0.45 * (1 + 0.35*share)

	busy := 1 - math.Exp(-1.1*asked) // part of the time in which anything is in flight
	t.GPU = 3 + 82*busy + 4*share
	t.ServiceSM = t.GPU - 2
	t.HostCPU = 6 + 24*busy + 10*share
	t.ServiceCPU, t.Thread = 20+120*busy+30*share, 8+64*busy
	// The room is warmer in the afternoon.
	t.Temperature = 36 + 4*bump(hour, 16, 4) + 38*busy + 3*share
	t.Clock = 2.55e9 - 3e6*t.Temperature*busy
	t.Power = 45 + 290*busy + 50*share
	t.PowerCap = share > 0.5

	// Caches fill while the server gets to know longer texts, and Python's memory goes up and down.
	hours := t.Uptime.Hours()
	t.Memory = 5.6*gib + 1.4*gib*(1-math.Exp(-hours/1.5))
	t.RSS = 5.5*gib + 0.5*gib*(1-math.Exp(-hours/4)) + 0.1*gib*chance("python", at.Truncate(30*time.Minute))
	t.HostMemory = 14*gib + t.RSS + gib*bump(hour, 15, 3)
	t.LogLines, t.LogUnderstood = 2+12*busy, 9*busy

	switch {
	case t.Uptime < loading:
		t.Starting, t.Memory, t.HostCPU, t.GPU, t.ServiceSM = true, 2*gib, 60, 15, 12
	case t.Uptime < 4*time.Minute:
		t.WarmUp, t.RTF = true, 1.1
	}
	if hour >= 3.25 && hour < 3.6 { // a backup
		t.HostCPU, t.RTF = 98, 1.12*t.RTF
	}
	if number%3 == 0 && hour >= 14 && hour < 15.5 { // somebody tries something on the card
		t.Other, t.GPU = 1.5*gib, min(97, t.GPU+9)
	}
	switch {
	case times("bad request", 3, at):
		t.Outcome, t.Error = "error", "bad_input"
	case times("client", 5, at):
		t.Outcome, t.Error = "abandoned", "client_gone"
	}
	return t
}

// told are the events of a tick.
func told(at, after time.Duration) (events []Event) {
	switch up := uptime(at); {
	case up < interval:
		events = append(events, Event{At: after - 2*time.Second, Kind: "exit", Severity: "info", Message: "ended", Reason: "stopped", Last: "ready"},
			Event{At: after, Kind: "start", Severity: "info", Message: "started"})
	case up >= loading && up < loading+interval:
		events = append(events, Event{At: after, Kind: "ready", Severity: "info", Message: "ready"})
	}
	if times("bad request", 3, at) {
		events = append(events, Event{At: after, Kind: "exception", Severity: "warning", Message: "ValueError: unknown speaker", Error: "bad_input"})
	}
	return events
}
