package history

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const (
	// aRun is how many hours the repair task computes at a run (atOnce in its Flux).
	aRun = 6 * time.Hour
	// atOnce is how many runs there are at a time: InfluxDB starts all that it is asked for.
	atOnce = 2
	// rounds is how often what is still missing is asked for.
	rounds = 3
)

// run is one of the repair task for an earlier time.
type run struct {
	Source rollup.Source
	Until  time.Time // the hours before this time
	Hours  int       // that differ
}

// Step is the progress of a backfill.
type Step struct {
	Done, Total int
	Measurement string
	Until       time.Time // the run computed the hours before this time
	Err         error
}

// Backfill has all hours between two times that are not whole computed from the raw points,
// by runs of the repair tasks for earlier times, and tells of each. It returns the hours that
// are not whole even then. One that is cut off is taken up by the next: what is whole is not
// computed again.
func (k Keeper) Backfill(ctx context.Context, from, to time.Time, tell func(Step)) (left []Hour, err error) {
	tasks, err := k.repairTasks(ctx)
	if err != nil {
		return nil, err
	}
	for range rounds {
		var runs []run
		if runs, left, err = k.missing(ctx, from, to); err != nil || len(runs) == 0 {
			return left, err
		}
		if err := k.runAll(ctx, tasks, runs, tell); err != nil {
			return left, err
		}
	}
	_, left, err = k.missing(ctx, from, to)
	return left, err
}

// missing finds the hours that are not whole, and the runs that they take.
func (k Keeper) missing(ctx context.Context, from, to time.Time) (runs []run, missing []Hour, err error) {
	for _, source := range rollup.Sources {
		hours, err := k.Hours(ctx, source, from, to)
		if err != nil {
			return nil, nil, err
		}
		blocks := map[time.Time]int{}
		for _, h := range hours {
			if !h.IsWhole() {
				missing = append(missing, h)
				blocks[h.Start.Add(aRun-h.Start.Sub(from)%aRun)]++
			}
		}
		for until := from.Add(aRun); until.Before(to.Add(aRun)); until = until.Add(aRun) {
			if n := blocks[until]; n > 0 {
				end := until
				if end.After(to) {
					end = to
				}
				runs = append(runs, run{source, end, n})
			}
		}
	}
	return runs, missing, nil
}

// repairTasks are the ids of the repair tasks by their names.
func (k Keeper) repairTasks(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	for _, source := range rollup.Sources {
		var found struct {
			Tasks []struct{ ID, Name string }
		}
		query := url.Values{"org": {k.Client.Org()}, "name": {source.RepairTask()}}
		if err := k.Client.Call(ctx, "GET", "tasks", query, nil, &found); err != nil {
			return nil, fmt.Errorf("finding the task %q: %w", source.RepairTask(), err)
		}
		if len(found.Tasks) == 0 {
			return nil, words.NoTask.With(source.RepairTask())
		}
		ids[source.RepairTask()] = found.Tasks[0].ID
	}
	return ids, nil
}

// runAll makes the runs, some at a time. The first that fails ends those that did not begin.
func (k Keeper) runAll(ctx context.Context, tasks map[string]string, runs []run, tell func(Step)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	waiting := make(chan run)
	var workers sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range atOnce {
		workers.Go(func() {
			for r := range waiting {
				err := k.run(ctx, tasks[r.Source.RepairTask()], r.Until)
				mu.Lock()
				done++
				tell(Step{done, len(runs), r.Source.Measurement, r.Until, err})
				mu.Unlock()
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, r := range runs {
		select {
		case waiting <- r:
		case <-ctx.Done():
		}
	}
	close(waiting)
	workers.Wait()
	return context.Cause(ctx)
}

// run has a task run as if it was scheduled at a time, and waits for its end.
func (k Keeper) run(ctx context.Context, task string, at time.Time) error {
	var state struct {
		ID     string
		Status string
		Log    []struct{ Message string }
	}
	path := "tasks/" + task + "/runs"
	if err := k.Client.Call(ctx, "POST", path, nil, map[string]string{"scheduledFor": at.UTC().Format(time.RFC3339)}, &state); err != nil {
		return fmt.Errorf("starting a run: %w", err)
	}
	poll := time.NewTicker(200 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll.C:
		}
		err := k.Client.Call(ctx, "GET", path+"/"+state.ID, nil, nil, &state)
		var answer *influxhttp.Error
		if errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound {
			continue // it is not written down yet
		}
		if err != nil {
			return fmt.Errorf("waiting for a run: %w", err)
		}
		switch state.Status {
		case "success":
			return nil
		case "failed", "canceled":
			text := state.Status
			if n := len(state.Log); n > 0 {
				text = state.Log[n-1].Message
			}
			return words.RunFailed.With(at.UTC().Format(time.RFC3339), text)
		}
	}
}
