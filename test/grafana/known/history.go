// Package known is a history of three made-up hosts of which every figure is known beforehand: each
// is computed from its name and time alone. What a dashboard shows of it can so be computed without
// an InfluxDB.
package known

import (
	"slices"
	"time"
)

// Now is when the dashboards are looked at. InfluxDB's own buckets take no points that are older than
// a few days, so it is not always the same; but always as far in its hour.
var Now = time.Now().UTC().Truncate(time.Hour).Add(-25*time.Minute - 4*time.Second)

// Times of which a history tells more and more.
var (
	begin  = Now.Add(-92 * 24 * time.Hour).Truncate(12 * time.Hour) // a few ticks twice a day
	recent = Now.Add(-8 * 24 * time.Hour).Truncate(12 * time.Hour)  // every two hours
	today  = Now.Add(-7 * time.Hour).Truncate(time.Hour)            // a tick a minute
	dense  = Now.Add(-20 * time.Minute)                             // every ten seconds
)

// Tail is where the tasks begin to make the tiers: up to there the tests do.
var Tail = Now.Add(-2 * time.Hour).Truncate(time.Hour)

// What happened.
var (
	upgraded  = Now.Add(-5 * time.Hour)    // alpha got another version
	again     = Now.Add(-70 * time.Second) // and one more
	crashed   = Now.Add(-2 * time.Hour)    // alpha's server, for three minutes; it was loading for as long again
	silent    = Now.Add(-50 * time.Minute) // gamma, since
	hungFrom  = Now.Add(-4 * time.Hour)    // beta's second card
	hungUntil = hungFrom.Add(20 * time.Minute)
	stuckAt   = Now.Add(-6 * time.Minute) // beta's first server
	deadSince = Now.Add(-8 * time.Minute) // beta's second
)

// Host is one that is monitored.
type Host struct {
	Name    string
	Cards   []string
	Model   string // of the cards
	Servers []Server
}

// Server is one on a host.
type Server struct {
	Instance string
	Roles    []string
	Models   []string // that Triton serves
}

// Hosts are all of them.
var Hosts = []Host{
	{"alpha", []string{"GPU-a0"}, "NVIDIA RTX 4090", []Server{{"50000", []string{"main", "worker"}, nil}}},
	{"beta", []string{"GPU-b0", "GPU-b1"}, "NVIDIA A10", []Server{
		{"50000", []string{"main"}, nil}, {"50001", []string{"main", "engine"}, []string{"cosyvoice3", "token2wav"}},
	}},
	{"gamma", []string{"GPU-c0"}, "NVIDIA A10", []Server{{"50000", []string{"main"}, nil}}},
}

// Points are the history, in the order of its times.
func Points() []Point {
	var points []Point
	for _, h := range Hosts {
		for _, at := range ticks(h.Name) {
			points = append(points, h.tick(at)...)
		}
		points = append(points, h.events()...)
		points = append(points, h.findings()...)
	}
	points = append(points, Hosts[0].flight(crash, crashed)...)
	points = append(points, Hosts[1].flight(stuck, stuckAt)...)
	points = append(points, judgements()...)
	for i := range points {
		points[i].Series = points[i].named()
	}
	slices.SortStableFunc(points, func(a, b Point) int { return a.At.Compare(b.At) })
	return points
}

// ticks are the times at which a host tells something: not the same number in each window, so that a
// mean of means is another than the mean. Each host begins at another second.
func ticks(host string) []time.Time {
	var times []time.Time
	cluster := func(at time.Time) {
		for _, after := range []time.Duration{0, 10 * time.Second, 70 * time.Second} {
			times = append(times, at.Add(after))
		}
	}
	offset := time.Duration(1000*share(host, time.Time{})) * time.Millisecond
	for at := begin; at.Before(recent); at = at.Add(12 * time.Hour) {
		cluster(at.Add(offset + 20*time.Minute))
	}
	for at := recent; at.Before(today); at = at.Add(2 * time.Hour) {
		cluster(at.Add(offset + 20*time.Minute))
	}
	for at := today.Add(offset); at.Before(dense); at = at.Add(time.Minute) {
		times = append(times, at)
		if share(host, at) < 0.1 {
			times = append(times, at.Add(10*time.Second))
		}
	}
	for at := dense.Add(offset); at.Before(Now); at = at.Add(10 * time.Second) {
		times = append(times, at)
	}
	if host == "gamma" {
		times = slices.DeleteFunc(times, func(at time.Time) bool { return at.After(silent) })
	}
	return times
}

// Lines are points in line protocol by the buckets that they belong to: ticks, events, and windows of
// a minute and an hour of what was before a time.
type Lines struct{ Raw, Events, Minutes, Hours []string }

// Write makes them, with no more of each than is kept and needed, and whole windows only.
func Write(points []Point, rolled time.Time) Lines {
	var l Lines
	for i := range points {
		p := &points[i]
		if text := line(p.Series, p.Fields, p.At); p.Fact() {
			l.Events = append(l.Events, text)
		} else if p.At.After(Now.Add(-30 * 24 * time.Hour)) {
			l.Raw = append(l.Raw, text)
		}
	}
	l.Minutes = windows(points, time.Minute, recent, rolled)
	l.Hours = windows(points, time.Hour, begin, rolled)
	return l
}

func windows(points []Point, length time.Duration, from, to time.Time) []string {
	var lines []string
	for w, fields := range Roll(points, length) {
		if len(fields) > 0 && !w.At.Before(from) && !w.At.Add(length).After(to) {
			lines = append(lines, line(w.Series, fields, w.At))
		}
	}
	return lines
}

// Field is one of a measurement.
type Field struct{ Measurement, Name string }

// Without are the points since a time as they would be without some fields.
func Without(points []Point, since time.Time, fields map[Field]bool) []Point {
	var left []Point
	for _, p := range points {
		if p.At.Before(since) {
			continue
		}
		all := p.Fields
		p.Fields = map[string]any{}
		for name, v := range all {
			if !fields[Field{p.Measurement, name}] {
				p.Fields[name] = v
			}
		}
		if len(p.Fields) > 0 {
			left = append(left, p)
		}
	}
	return left
}

// Steady are points of a host at each step of a time, and a minute after each, for a measure of how long
// something takes.
func (h Host) Steady(from, to time.Time, step time.Duration) []Point {
	var points []Point
	for at := from; at.Before(to); at = at.Add(step) {
		points = append(points, h.tick(at)...)
		if step > time.Minute {
			points = append(points, h.tick(at.Add(time.Minute))...)
		}
	}
	for i := range points {
		points[i].Series = points[i].named()
	}
	slices.SortStableFunc(points, func(a, b Point) int { return a.At.Compare(b.At) })
	return points
}
