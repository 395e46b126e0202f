package history

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
)

// Task is a task of ours and its last run.
type Task struct {
	Name    string    `json:"name"`
	Active  bool      `json:"active"`
	Every   string    `json:"every"`
	LastRun time.Time `json:"last_run"` // when it was due; zero if there was none in the days that InfluxDB remembers
	Seconds float64   `json:"seconds"`  // that the run took
	Result  string    `json:"result"`   // success, failed or canceled
	Error   string    `json:"error,omitempty"`
}

// Tasks lists the tasks that are managed here, in the order of their names.
func (k Keeper) Tasks(ctx context.Context) ([]Task, error) {
	var tasks []Task
	after := ""
	for {
		var page struct {
			Tasks []struct{ ID, Name, Description, Status, Every string }
		}
		query := url.Values{"org": {k.Client.Org()}, "limit": {"100"}}
		if after != "" {
			query.Set("after", after)
		}
		if err := k.Client.Call(ctx, "GET", "tasks", query, nil, &page); err != nil {
			return nil, fmt.Errorf("listing tasks: %w", err)
		}
		for _, t := range page.Tasks {
			after = t.ID
			if !reconcile.IsManaged(t.Description) {
				continue
			}
			task := Task{Name: t.Name, Active: t.Status == "active", Every: t.Every}
			if err := k.lastRun(ctx, t.ID, &task); err != nil {
				return nil, err
			}
			tasks = append(tasks, task)
		}
		if len(page.Tasks) < 100 {
			return tasks, nil
		}
	}
}

// lastRun adds the last run that has ended.
func (k Keeper) lastRun(ctx context.Context, id string, task *Task) error {
	var found struct {
		Runs []struct {
			Status                              string
			ScheduledFor, StartedAt, FinishedAt time.Time
			Log                                 []struct{ Message string }
		}
	}
	if err := k.Client.Call(ctx, "GET", "tasks/"+id+"/runs", url.Values{"limit": {"3"}}, nil, &found); err != nil {
		return fmt.Errorf("listing the runs of %q: %w", task.Name, err)
	}
	for _, run := range found.Runs {
		if run.FinishedAt.IsZero() {
			continue
		}
		task.LastRun, task.Result = run.ScheduledFor, run.Status
		task.Seconds = run.FinishedAt.Sub(run.StartedAt).Seconds()
		if run.Status != "success" {
			for _, line := range run.Log {
				if !strings.HasPrefix(line.Message, "Started task") && !strings.HasPrefix(line.Message, "Completed(") {
					task.Error = line.Message
				}
			}
		}
		return nil
	}
	return nil
}
