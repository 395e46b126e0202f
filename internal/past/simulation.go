package past

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// simulation is the box as time passes.
type simulation struct {
	plan   Plan
	story  *story
	random *rand.Rand
	out    func(*point) // in the order of the windows

	lives    []life
	life     life // the newest that has begun, or is next
	served   int  // syntheses in it
	next     time.Time
	facts    []*point // told, and not yet written: their time is yet to come
	shortage shortage

	syntheses []*synthesis // of the last minutes
	card      card
	process   processCounters
	log       logCounters
	agent     agentCounters
	boxed     time.Time // when the black box was written last
}

func newSimulation(told *story, out func(*point)) *simulation {
	p := told.plan
	s := &simulation{plan: p, story: told, random: rand.New(rand.NewPCG(p.Seed, 0x9a57)), out: out, next: p.From}
	s.lives = s.story.lives()
	s.life, s.lives = s.lives[0], s.lives[1:]
	s.served = 3 // it is warm
	s.card = card{temperature: 40}
	s.log.file = s.random.Uint32()
	return s
}

// run tells all from the plan's first tick up to a time that is asked for anew at each, and tells of
// each hour that is done. It ends early where tell does not want to go on. It returns where the next
// tick would be.
func (s *simulation) run(until func() time.Time, tell func(time.Time) bool) time.Time {
	last, at := s.plan.From.Add(-dense), s.plan.From
	for at.Before(until()) {
		s.advance(last, at)
		if at.Truncate(time.Hour).Equal(at) && !tell(at) {
			break
		}
		last, at = at, at.Add(s.story.interval(at))
	}
	return at
}

// advance lets the time between two ticks pass, and makes the points of the second.
func (s *simulation) advance(last, at time.Time) {
	for s.next.Before(at) {
		s.enter(s.next)
		if s.life.serves(s.next) {
			s.arrive(s.next)
		}
		rate := s.story.at(s.next).rate
		s.next = s.next.Add(time.Duration(s.random.ExpFloat64() * float64(time.Minute) / rate))
	}
	s.enter(at)
	s.hangs(last, at)
	s.flush(at)
	s.tick(last, at)
	s.syntheses = slices.DeleteFunc(s.syntheses, func(y *synthesis) bool { return y.end.Before(at.Add(-flightBefore)) })
}

// tell keeps a fact until its time has come.
func (s *simulation) tell(p *point) { s.facts = append(s.facts, p) }

// flush writes the facts from before a time.
func (s *simulation) flush(at time.Time) {
	slices.SortStableFunc(s.facts, func(a, b *point) int { return a.at.Compare(b.at) })
	n := 0
	for n < len(s.facts) && s.facts[n].at.Before(at) {
		s.out(s.facts[n])
		n++
	}
	s.facts = slices.Delete(s.facts, 0, n)
}

// sources are the measurements that are rolled up.
var sources = func() map[string]rollup.Source {
	all := map[string]rollup.Source{}
	for _, s := range rollup.Sources {
		all[s.Measurement] = s
	}
	return all
}()
