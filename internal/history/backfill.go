package history

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const (
	// block is how many hours the tasks of the minutes and of the repair compute at a run
	// (atOnce in their Flux), and week what that of the hours does.
	block = 6 * time.Hour
	week  = 7 * 24 * time.Hour
	// atOnce is how many runs there are at a time: InfluxDB starts all that it is asked for.
	atOnce = 2
	// unknownFor is how long InfluxDB may not know of a run before it is given up: InfluxDB was
	// restarted then.
	unknownFor = 30 * time.Second
	// rounds is how often what is still missing is asked for.
	rounds = 3
)

// job are runs of tasks of a measurement, one after the other, for the hours before a time.
type job struct {
	source rollup.Source
	until  time.Time
	kinds  []string
}

// Step is the progress of a backfill: the hours before a time were computed.
type Step struct {
	Done, Total int
	Measurement string
	Until       time.Time
}

// Backfill has all hours between two times that are not whole in a tier, or in either where none
// is named, computed from the raw points, by runs of the tasks for earlier times, and tells of each. It returns the hours that are not
// whole even then. One that is cut off is taken up by the next: what is whole is not computed
// again.
func (k Keeper) Backfill(ctx context.Context, from, to time.Time, tier string, tell func(Step)) (left []Hour, err error) {
	tasks, err := k.taskIDs(ctx)
	if err != nil {
		return nil, err
	}
	for range rounds {
		for _, jobs := range []func([]Hour, time.Time, time.Time) []job{blocks, weeks} {
			if left, err = k.missing(ctx, from, to, tier); err != nil || len(left) == 0 {
				return left, err
			}
			if err := k.runAll(ctx, tasks, jobs(left, from, to), tell); err != nil {
				return left, err
			}
		}
	}
	return k.missing(ctx, from, to, tier)
}

// missing are the hours that are not whole in the tier.
func (k Keeper) missing(ctx context.Context, from, to time.Time, tier string) (missing []Hour, err error) {
	for _, source := range rollup.Sources {
		hours, err := k.Hours(ctx, source, from, to)
		if err != nil {
			return nil, err
		}
		missing = append(missing, slices.DeleteFunc(hours, func(h Hour) bool { return h.IsWhole(tier) })...)
	}
	return missing, nil
}

// blocks are the runs that compute windows from the raw points: of the minutes where their task
// has not come to yet, of the repair where it has.
func blocks(missing []Hour, from, to time.Time) (jobs []job) {
	for _, source := range rollup.Sources {
		begins := map[time.Duration]bool{} // since from
		for _, h := range missing {
			if h.Measurement == source.Measurement {
				begins[h.Start.Sub(from)/block*block] = true
			}
		}
		for _, begin := range slices.Sorted(maps.Keys(begins)) {
			until := from.Add(begin + block)
			if until.After(to) {
				until = to
			}
			jobs = append(jobs, job{source, until, []string{rollup.Minutes, rollup.Repair}})
		}
	}
	return jobs
}

// weeks are the runs that compute the hours to which their task has not come yet.
func weeks(missing []Hour, from, to time.Time) (jobs []job) {
	for _, source := range rollup.Sources {
		if slices.ContainsFunc(missing, func(h Hour) bool { return h.Measurement == source.Measurement }) {
			kinds := slices.Repeat([]string{rollup.Hours}, int(to.Sub(from)/week)+1)
			jobs = append(jobs, job{source, to, kinds})
		}
	}
	return jobs
}

// taskIDs are the ids of the tasks by their names.
func (k Keeper) taskIDs(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	for _, source := range rollup.Sources {
		for _, kind := range []string{rollup.Minutes, rollup.Hours, rollup.Repair} {
			var found struct {
				Tasks []struct{ ID string }
			}
			name := source.Task(kind)
			query := url.Values{"org": {k.Client.Org()}, "name": {name}}
			if err := k.Client.Call(ctx, "GET", "tasks", query, nil, &found); err != nil {
				return nil, fmt.Errorf("finding the task %q: %w", name, err)
			}
			if len(found.Tasks) == 0 {
				return nil, words.NoTask.With(name)
			}
			ids[name] = found.Tasks[0].ID
		}
	}
	return ids, nil
}

// runAll does the jobs, of some measurements at a time: those of one follow each other, since
// the tasks go on from where they came to. The first that fails ends those that did not begin.
func (k Keeper) runAll(ctx context.Context, tasks map[string]string, jobs []job, tell func(Step)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	waiting := make(chan []job)
	var workers sync.WaitGroup
	var mu sync.Mutex
	done, total := 0, len(jobs)
	for range atOnce {
		workers.Go(func() {
			for ofOne := range waiting {
				for _, j := range ofOne {
					if err := k.runEach(ctx, tasks, j); err != nil {
						cancel(err)
						break
					}
					mu.Lock()
					done++
					tell(Step{done, total, j.source.Measurement, j.until})
					mu.Unlock()
				}
			}
		})
	}
	for len(jobs) > 0 {
		n := 1
		for n < len(jobs) && jobs[n].source == jobs[0].source {
			n++
		}
		select {
		case waiting <- jobs[:n]:
		case <-ctx.Done():
		}
		jobs = jobs[n:]
	}
	close(waiting)
	workers.Wait()
	return context.Cause(ctx)
}

func (k Keeper) runEach(ctx context.Context, tasks map[string]string, j job) error {
	for _, kind := range j.kinds {
		if err := k.run(ctx, tasks[j.source.Task(kind)], j.until); err != nil {
			return err
		}
	}
	return nil
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
	known := time.Now()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll.C:
		}
		// Between its end and when that is written down InfluxDB 2.9 knows no such run, or panics
		// and answers 500.
		err := k.Client.Call(ctx, "GET", path+"/"+state.ID, nil, nil, &state)
		var answer *influxhttp.Error
		if errors.As(err, &answer) && (answer.StatusCode == http.StatusNotFound || answer.StatusCode >= 500) && time.Since(known) < unknownFor {
			continue
		}
		if err != nil {
			return fmt.Errorf("waiting for a run: %w", err)
		}
		known = time.Now()
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
