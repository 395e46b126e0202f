package past

import "time"

// life is one process of the server, from its start to its end.
type life struct {
	pid          int64
	start, ready time.Time
	end          time.Time // zero of the last
	signal       string    // that ended it
	version      string
}

// loading is how long the model takes to load.
const loading = 38 * time.Second

// lives are all of the server's; the first began before the past that is told.
func (s *story) lives() []life {
	box := s.plan.Box
	version := box.Version
	for _, r := range s.restarts {
		if r.deploys {
			version = box.Before
		}
	}
	start := s.plan.From.Add(-50 * time.Hour)
	lives := []life{{pid: 4211, start: start, ready: start.Add(loading), version: version}}
	for i, r := range s.restarts {
		last := &lives[len(lives)-1]
		last.end, last.signal = r.at, r.signal
		if r.deploys {
			version = box.Version
		}
		back := r.at.Add(r.down)
		lives = append(lives, life{pid: last.pid + int64(613*(i+1)), start: back, ready: back.Add(loading), version: version})
	}
	return lives
}

// up tells whether the process runs at a time.
func (l *life) up(at time.Time) bool {
	return !at.Before(l.start) && (l.end.IsZero() || at.Before(l.end))
}

// serves tells whether it takes requests.
func (l *life) serves(at time.Time) bool { return l.up(at) && !at.Before(l.ready) }
