package execd

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// warmLimit leaves a card without persistence mode the seconds it takes to wake.
	warmLimit = 12 * time.Second

	// onceLimit leaves time for the gather after that: what did not get warm, as a
	// driver that hangs, is what the reading has to show.
	onceLimit = 15 * time.Second
)

// Once starts the input, waits up to 12 s while warm lets it take its first
// samples, gathers one time and stops it; then it prints everything to Stdout. It
// returns within 16 s, with the number of points printed of each measurement and the
// error of Start, Gather or Stdout, or of ctx where that ended first.
func (r *Runner) Once(ctx context.Context, warm func(context.Context)) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, onceLimit)
	defer cancel()
	points := map[string]int{}
	var out []byte
	acc := r.accumulator(func(measurement string, line []byte) {
		points[measurement]++
		out = append(out, line...)
	})
	if err := r.start(acc); err != nil {
		return nil, err
	}

	var gatherErr error
	gathered := async(func() {
		warming, cancel := context.WithTimeout(ctx, warmLimit)
		warm(warming)
		if warming.Err() != nil && ctx.Err() == nil {
			r.Log.Warnf("Not everything was ready within %s; what was not is missing in the reading", warmLimit)
		}
		cancel()
		if gatherErr = ctx.Err(); gatherErr == nil {
			gatherErr = r.tryGather(acc)
		}
	})
	select {
	case <-gathered:
	case <-ctx.Done():
	}
	asked := time.Now()
	gatherEnded := waitUntil(gathered, asked.Add(gatherDeadline))
	stopEnded := waitUntil(async(r.stop), asked.Add(stopDeadline))
	switch {
	case !gatherEnded:
		return nil, fmt.Errorf("the gather is hanging: %w", ctx.Err())
	case !stopEnded:
		return nil, errors.New("the plugin is hanging: it did not stop")
	}

	if _, err := r.Stdout.Write(out); err != nil {
		return nil, errors.Join(gatherErr, fmt.Errorf("printing points: %w", err))
	}
	return points, gatherErr
}
