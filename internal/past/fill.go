package past

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Filled is what was written.
type Filled struct {
	Points, Syntheses, Findings int
	Until                       time.Time
}

// Fill makes up a past until now, which is asked for anew while that goes on, and writes it into the
// buckets, which hold nothing of the box yet. It tells which hour is done. No task may run meanwhile,
// or it would compute half of it. One that was cut off is done again from its beginning: the points
// that are there already are written over.
func Fill(ctx context.Context, client *influx.Client, params rollup.Params, p Plan, now func() time.Time, tell func(time.Time)) (Filled, error) {
	w := newWriter(ctx, client)
	r := newRecorder(params, now(), w.write)
	s := newSimulation(newStory(p), r.add)
	until := func() time.Time { return now().Truncate(time.Minute) }
	end := s.run(until, func(at time.Time) bool {
		tell(at)
		return w.ctx.Err() == nil
	})
	err := r.end(end)
	if err = cmp.Or(w.close(), err); err != nil {
		return Filled{}, fmt.Errorf("writing the made-up history: %w", err)
	}
	found, err := judge(ctx, client, params, s.story, end)
	if err != nil {
		return Filled{}, fmt.Errorf("judging the made-up history: %w", err)
	}
	return Filled{Points: r.points, Syntheses: r.syntheses, Findings: found, Until: end}, nil
}
