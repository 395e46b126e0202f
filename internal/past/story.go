package past

import (
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
)

// conditions are what the box meets at a moment.
type conditions struct {
	rate    float64 // requests a minute
	slow    float64 // times the RTF
	foreign float64 // percent of the host's processors that other programs use
	air     float64 // °C at the card
	other   float64 // bytes of the card that other programs hold
	leaked  float64 // part of the free memory of the card, from 0 to 1
	heat    bool    // the card slows itself down
	hung    bool    // the driver does not answer
}

// episode is a time in which something is out of the ordinary.
type episode struct {
	begin, end time.Time
	change     func(c *conditions, at time.Time)
	// judged is by which conditions it is found, "" by none, after so long, and how often they are
	// asked in it.
	judged diagnosis.Group
	after  time.Duration
	asked  int
	hangs  bool // the driver does not answer, and what runs waits for its end
}

// restart is an end of the server, and a new start.
type restart struct {
	at      time.Time
	down    time.Duration
	signal  string
	deploys bool // another version
}

// story is all that happens.
type story struct {
	plan     Plan
	episodes []episode
	restarts []restart
}

// period is after how many days, backwards, much of it happened before.
const period = 30

// clock is a time of the day so many days before the anchor.
func (p Plan) clock(daysAgo, hour, minute int) time.Time {
	y, m, d := p.Anchor.Date()
	return time.Date(y, m, d-daysAgo, hour, minute, 0, 0, p.Anchor.Location())
}

func newStory(p Plan) *story {
	s := &story{plan: p}
	// What came before is not told, and the first hours are as usual.
	quiet := p.From.Add(3 * time.Hour)
	for ago := 0; p.clock(ago, 0, 0).After(p.From); ago += period {
		s.usual(ago)
	}
	s.leak(quiet)
	s.episodes = slices.DeleteFunc(s.episodes, func(e episode) bool { return e.begin.Before(quiet) })
	s.restarts = slices.DeleteFunc(s.restarts, func(r restart) bool { return r.at.Before(quiet) })
	for _, r := range s.restarts {
		back := r.at.Add(r.down)
		s.episodes = append(s.episodes, episode{begin: r.at, end: back.Add(10 * time.Minute), judged: diagnosis.Minutes, after: r.down + 4*time.Minute, asked: 2})
	}
	slices.SortFunc(s.restarts, func(a, b restart) int { return a.at.Compare(b.at) })
	slices.SortFunc(s.episodes, func(a, b episode) int { return a.begin.Compare(b.begin) })
	return s
}

// usual are the troubles of a month.
func (s *story) usual(ago int) {
	p := s.plan
	add := func(begin time.Time, lasts, after time.Duration, asked int, change func(c *conditions, at time.Time)) {
		s.episodes = append(s.episodes, episode{begin: begin, end: begin.Add(lasts), change: change, judged: diagnosis.Minutes, after: after, asked: asked})
	}
	// A backup takes all processors of the host in the evening.
	add(p.clock(ago+2, 20, 5), 80*time.Minute, 5*time.Minute, 5, func(c *conditions, _ time.Time) { c.foreign, c.slow = 97, 2.3 })
	// An audiobook is made on a hot afternoon.
	add(p.clock(ago+5, 13, 40), 190*time.Minute, 9*time.Minute, 6, func(c *conditions, at time.Time) {
		c.rate, c.air = 11, 62
		if at.After(p.clock(ago+5, 13, 44)) {
			c.heat, c.slow = true, 1.35
		}
	})
	// The driver does not answer for a minute.
	add(p.clock(ago+16, 19, 12), 70*time.Second, 0, 4, nil)
	s.episodes[len(s.episodes)-1].hangs = true
	// A colleague's notebook holds a third of the card.
	add(p.clock(ago+19, 14, 10), 140*time.Minute, 5*time.Minute, 3, func(c *conditions, _ time.Time) { c.other = 8.2 * gib })
	// More people at once than the card can serve.
	add(p.clock(ago+26, 20, 15), 50*time.Minute, 5*time.Minute, 4, func(c *conditions, _ time.Time) { c.rate = 34 })
	// A night without the server.
	off := p.clock(ago+22, 23, 40)
	s.restarts = append(s.restarts, restart{at: off, down: p.clock(ago+21, 6, 52).Sub(off), signal: "SIGINT"})
}

// leak is the story of a version that loses GPU memory, from a restart on which somebody switched
// something on, over a card that is full, to the deployment of the next version.
func (s *story) leak(quiet time.Time) {
	p := s.plan
	first, second, fixed := p.clock(13, 10, 2), p.clock(12, 20, 48), p.clock(11, 10, 31)
	if first.Before(quiet) {
		return // a part of it would make no sense
	}
	full := second.Add(-7 * time.Minute)
	grows := func(begin, end time.Time, to float64) {
		whole := p.requests(begin, end)
		s.episodes = append(s.episodes, episode{
			begin: begin, end: end, judged: diagnosis.Trends, after: 2 * time.Hour, asked: 7,
			change: func(c *conditions, at time.Time) { c.leaked = min(1, to*p.requests(begin, at)/whole) },
		})
	}
	grows(first, full, 1)
	s.episodes = append(s.episodes, episode{
		begin: full, end: second, judged: diagnosis.Minutes, after: time.Minute, asked: 3,
		change: func(c *conditions, _ time.Time) { c.leaked = 1 },
	})
	grows(second, fixed, 0.55)
	s.restarts = append(s.restarts,
		restart{at: first, down: 9 * time.Second, signal: "SIGTERM"},
		restart{at: second, down: 6 * time.Second, signal: "SIGTERM"},
		restart{at: fixed, down: 11 * time.Second, signal: "SIGTERM", deploys: true},
	)
}

// at are the conditions of a moment.
func (s *story) at(at time.Time) conditions {
	c := conditions{rate: s.plan.rate(at), slow: 1, foreign: 3, air: 36}
	for _, e := range s.episodes {
		if at.Before(e.begin) || !at.Before(e.end) {
			continue
		}
		c.hung = c.hung || e.hangs
		if e.change != nil {
			e.change(&c, at)
		}
	}
	return c
}

const (
	// coarse is the longest time between two ticks of which the tasks take counters to have grown
	// steadily and states to have been held (rollup.Params.Gap), in whole minutes.
	coarse = time.Minute
	dense  = 10 * time.Second
	// recent is how much of the past is dense whatever happens in it: what a dashboard shows at first.
	recent = 6 * time.Hour
)

// interval is the time between two ticks of an hour: dense in the newest hours, and in those in
// which something begins or ends. Thirty days of dense ticks would take ten times the time.
func (s *story) interval(at time.Time) time.Duration {
	hour := at.Truncate(time.Hour)
	if hour.After(s.plan.Anchor.Add(-recent)) {
		return dense
	}
	for _, e := range s.episodes {
		for _, edge := range []time.Time{e.begin, e.end} {
			if edge.After(hour.Add(-10*time.Minute)) && edge.Before(hour.Add(time.Hour+10*time.Minute)) {
				return dense
			}
		}
	}
	return coarse
}
