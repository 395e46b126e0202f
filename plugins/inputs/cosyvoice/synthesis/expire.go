package synthesis

import (
	"slices"
	"time"
)

const (
	// sameRequest is how soon the next segment of a request follows without bars.
	sameRequest = time.Second
	// quiet is how long after a yield a request without a bar is taken to have ended;
	// quietStream the same where clients take the audio in chunks.
	quiet       = 3 * time.Second
	quietStream = 10 * time.Second
	// explained is how soon after a bar was closed early its exception is written.
	explained = time.Second

	// A request is stuck when it makes no progress for stuckFactor times the longest time
	// that the server ever took for a yield, and for stuckLeast at least; after the death
	// of its thread, deadThread is enough. It is given up on after gaveUp times as long.
	stuckFactor = 10
	stuckLeast  = 30 * time.Second
	deadThread  = 15 * time.Second
	gaveUp      = 20
)

// expire ends what has been quiet for too long.
func (t *Tracker) expire() {
	for _, r := range slices.Clone(t.Requests) {
		waited := t.Now.Sub(r.Progress)
		limit := t.Memory.limit()
		if r.ThreadFault != nil {
			limit = deadThread
		}
		switch {
		case r.Closing:
			if t.Now.Sub(r.ClosedAt) > explained {
				t.finish(r, Abandoned, "")
			}
		case r.isQuiet() && waited > t.quiet():
			t.finish(r, OK, "")
		case r.isQuiet():
		case r.MayBeClosed && waited > limit:
			t.finish(r, Abandoned, "")
		case waited > gaveUp*limit:
			t.finish(r, r.lastOutcome(), "")
		case waited > limit && !r.Stuck:
			r.Stuck = true
			t.leave(r)
			if r.Segments > 0 {
				t.tellStuck(r, limit)
			}
		}
	}
	t.Arrivals = slices.DeleteFunc(t.Arrivals, func(a arrival) bool { return t.Now.Sub(a.At) > gaveUp*stuckLeast })
}

func (t *Tracker) tellStuck(r *request, limit time.Duration) {
	stuck := StuckRequest{At: t.stamps.point(r.Progress.Add(limit), r.Opening), WaitedSeconds: limit.Seconds()}
	if r.ThreadFault != nil {
		stuck.Cause = r.ThreadFault.Error
	}
	t.news.Stuck = append(t.news.Stuck, stuck)
}

func (t *Tracker) quiet() time.Duration {
	if t.Memory.Streams {
		return quietStream
	}
	return quiet
}

// isQuiet tells that a request without a bar has handed out all that it began: it may
// have ended.
func (r *request) isQuiet() bool {
	return r.Bar == nil && r.Current != nil && r.Current.Yields > 0
}

// fading is how much of the longest time is left after each yield: half of it after 138.
const fading = 0.995

// took remembers how long the server took for a yield.
func (m *Memory) took(seconds float64) { m.Slowest = max(seconds, m.Slowest*fading) }

// limit is when a request without progress is stuck.
func (m *Memory) limit() time.Duration {
	return max(stuckLeast, seconds(stuckFactor*m.Slowest))
}
