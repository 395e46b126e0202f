package past

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// every is how often the task of each group of conditions runs.
var every = map[diagnosis.Group]time.Duration{diagnosis.Minutes: time.Minute, diagnosis.Trends: 5 * time.Minute}

// question asks the conditions of an episode at a time; the answer holds up to the next.
type question struct {
	group    diagnosis.Group
	at, next time.Time
	findings []diagnosis.Finding
}

// judge has the conditions themselves judge the episodes, and writes what they find, as the tasks do.
// They are asked a few times in each, since a task's own pace would take hours: in between nothing
// changes. Outside of the episodes nothing is found. It returns how many findings were written.
func judge(ctx context.Context, client *influx.Client, params rollup.Params, s *story, until time.Time) (int, error) {
	asked := questions(s, until)
	if err := ask(ctx, diagnosis.Finder{Client: client, Params: params}, asked, s.plan.Box.Host); err != nil {
		return 0, err
	}
	w := newWriter(ctx, client)
	b := batch{bucket: params.Events, write: w.write}
	numbers := map[diagnosis.Group]map[int64]int64{diagnosis.Minutes: {}, diagnosis.Trends: {}} // by the second
	written := 0
	for i := range asked {
		q := &asked[i]
		for at := q.at; at.Before(q.next); at = at.Add(every[q.group]) {
			for _, f := range q.findings {
				begun := since(asked[:i+1], f)
				b.add(found(f, begun, at))
				numbers[q.group][at.Unix()]++
				written++
			}
		}
	}
	for group, number := range numbers {
		for at := s.plan.From; !at.After(until); at = at.Add(every[group]) {
			b.add(judged(group, at, number[at.Unix()]))
		}
	}
	b.flush()
	return written, cmp.Or(w.close(), b.err)
}

// questions are when the conditions are asked, an episode after the other.
func questions(s *story, until time.Time) (asked []question) {
	for _, e := range s.episodes {
		if e.judged == "" {
			continue
		}
		pace := every[e.judged]
		step := max(pace, (e.end.Sub(e.begin)-e.after)/time.Duration(e.asked)/pace*pace)
		at := e.begin.Add(e.after + pace).Truncate(pace)
		for range e.asked {
			if at.After(until) {
				break
			}
			asked = append(asked, question{group: e.judged, at: at, next: at.Add(step)})
			at = at.Add(step)
		}
	}
	return asked
}

// ask puts the questions, a few at a time.
func ask(ctx context.Context, finder diagnosis.Finder, asked []question, host string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	waiting := make(chan *question)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for q := range waiting {
				var err error
				if q.findings, err = finder.Of(ctx, q.group, q.at, host); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range asked {
		select {
		case waiting <- &asked[i]:
		case <-ctx.Done():
		}
	}
	close(waiting)
	workers.Wait()
	return context.Cause(ctx)
}

// since is when a finding of the last question began: with the first of the questions before it, without
// a gap, that was answered alike.
func since(asked []question, f diagnosis.Finding) time.Time {
	last := len(asked) - 1
	begun := asked[last].at
	for i := last - 1; i >= 0; i-- {
		q := asked[i]
		if q.group != asked[last].group {
			continue
		}
		if !q.next.Equal(begun) || !q.has(f) {
			break
		}
		begun = q.at
	}
	return begun
}

func (q question) has(f diagnosis.Finding) bool {
	for _, other := range q.findings {
		if other.Code == f.Code && other.Instance == f.Instance && other.UUID == f.UUID {
			return true
		}
	}
	return false
}

// found is a finding as the task writes it.
func found(f diagnosis.Finding, begun, at time.Time) *point {
	p := &point{
		measurement: "cosyvoice_diagnosis", at: at,
		tags: tagged("host", f.Host, "service", service, "instance", f.Instance, "uuid", f.UUID, "code", f.Code, "severity", f.Severity),
	}
	p.fields.float("since", float64(begun.Unix()))
	p.fields.float("value", f.Value)
	p.fields.float("limit", f.Limit)
	for name, value := range f.Evidence {
		p.fields.float(name, value)
	}
	return p
}

// judged tells that the task of a group ran, and how many it found.
func judged(group diagnosis.Group, at time.Time, number int64) *point {
	p := &point{measurement: "cosyvoice_judgement", at: at, tags: tagged("service", service, "group", string(group))}
	p.fields.integer("findings", number)
	return p
}
