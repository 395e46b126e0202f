package synthesis

import "time"

// Load is the number of syntheses in flight from a moment on.
type Load struct {
	At       time.Time
	InFlight int
}

// load counts the requests in flight over time.
type load struct {
	InFlight int
	Last     time.Time
	Integral float64 // requests times seconds
}

func (l *load) until(now time.Time) {
	if !l.Last.IsZero() {
		l.Integral += float64(l.InFlight) * now.Sub(l.Last).Seconds()
	}
	l.Last = now
}

// keptLoads bounds the changes that nobody has asked for.
const keptLoads = 4096

func (t *Tracker) changeLoad(by int) {
	t.Load.InFlight += by
	if len(t.news.Loads) < keptLoads {
		t.news.Loads = append(t.news.Loads, Load{t.Now, t.Load.InFlight})
	}
}

// share is the load during one request.
type share struct {
	Counted bool
	Began   time.Time
	From    float64 // the integral at began
	Ended   time.Time
	To      float64
	Max     int
}

// enter counts the request as in flight.
func (t *Tracker) enter(r *request) {
	s := &r.Share
	if s.Counted {
		return
	}
	if s.Began.IsZero() {
		s.Began, s.From = t.Now, t.Load.Integral
	}
	s.Counted = true
	t.changeLoad(1)
	for _, other := range t.Requests {
		if other.Share.Counted {
			other.Share.Max = max(other.Share.Max, t.Load.InFlight)
		}
	}
}

// leave counts the request as in flight no more, as from now.
func (t *Tracker) leave(r *request) {
	s := &r.Share
	if !s.Counted {
		return
	}
	s.Counted = false
	s.Ended, s.To = t.Now, t.Load.Integral
	t.changeLoad(-1)
}

// result is the mean and the highest number of requests in flight, itself included.
func (s *share) result() (mean float64, highest int) {
	if elapsed := s.Ended.Sub(s.Began).Seconds(); elapsed > 0 {
		return max(1, (s.To-s.From)/elapsed), s.Max
	}
	return float64(max(1, s.Max)), max(1, s.Max)
}
