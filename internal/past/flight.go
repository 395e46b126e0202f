package past

import "time"

// Of the black box, as the plugin keeps it.
const (
	flightBefore = 2 * time.Minute
	flightEvery  = 5 * time.Minute
)

// flight tells the seconds before an event of the server, and returns the id that they share with it;
// "" where those of another were told just before.
func (s *simulation) flight(kind string, at time.Time) (id string) {
	if !s.boxed.IsZero() && at.Sub(s.boxed) < flightEvery {
		return ""
	}
	s.boxed = at
	id = boxID(kind, at)
	box := s.plan.Box
	tags := tagged("host", box.Host, "service", service, "instance", box.Instance, "version", s.life.version)
	for second := at.Add(-flightBefore).Truncate(time.Second).Add(time.Second); !second.After(at); second = second.Add(time.Second) {
		c := s.story.at(second)
		running, need := s.running(second)
		n := float64(running)
		p := &point{measurement: "cosyvoice_flight", tags: tags, at: second}
		f := &p.fields
		f.float("gpu_memory_bytes", min(s.used(c)+need, box.usable()))
		f.float("gpu_utilization_percent", s.utilization(running, c))
		if running > 0 {
			f.float("clock_sm_hz", s.clock(c))
		} else {
			f.float("clock_sm_hz", restClock)
		}
		f.float("cpu_percent", busyCPU*min(1, n)*s.around(1, 0.1))
		f.float("memory_rss_bytes", serverMemory+spokenMemory*n)
		f.float("host_cpu_percent", s.hostCPU(c, min(1, n)))
		f.float("in_flight", n)
		f.text("event_id", id)
		s.tell(p)
	}
	return id
}

// running are the syntheses at work at a time, and what they need of the card.
func (s *simulation) running(at time.Time) (number int, need float64) {
	for _, y := range s.syntheses {
		if !y.start.After(at) && y.end.After(at) {
			number++
			need += y.need
		}
	}
	return number, need
}
