//go:build e2e

package e2e

import (
	"net/url"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// operator may do everything in the stack's InfluxDB. It ends with the test.
func (s *stack) operator() *influx.Client {
	client := influx.New(s.url, "cosyvoice_org", s.secret("influx_operator_token"))
	s.t.Cleanup(client.Close)
	return client
}

// taskRun is one run of a task.
type taskRun struct {
	ID, Status            string
	StartedAt, FinishedAt time.Time
	Log                   []struct{ Message string }

	path string
}

// begin has a task run as if it was due at a time.
func (s *stack) begin(operator *influx.Client, task string, due time.Time) (run taskRun) {
	s.t.Helper()
	path := "tasks/" + s.task(operator, task) + "/runs"
	require.NoError(s.t, operator.Call(s.t.Context(), "POST", path, nil, map[string]string{"scheduledFor": due.UTC().Format(time.RFC3339)}, &run))
	run.path = path + "/" + run.ID
	return run
}

// end waits until a run is over.
func (s *stack) end(operator *influx.Client, run taskRun) taskRun {
	s.t.Helper()
	s.eventually("a task ran", func() bool {
		// InfluxDB does not know a run that is just being written down.
		return operator.Call(s.t.Context(), "GET", run.path, nil, nil, &run) == nil && !run.FinishedAt.IsZero()
	})
	return run
}

// fails has a task run that fails.
func (s *stack) fails(due time.Time, task string) {
	s.t.Helper()
	operator := s.operator()
	require.Equal(s.t, "failed", s.end(operator, s.begin(operator, task, due)).Status, task)
}

// run has tasks run as if they were due at a time, all at once, and go well.
func (s *stack) run(due time.Time, tasks ...string) {
	s.t.Helper()
	operator := s.operator()
	runs := make([]taskRun, len(tasks))
	for i, task := range tasks {
		runs[i] = s.begin(operator, task, due)
	}
	for i, run := range runs {
		ended := s.end(operator, run)
		require.Equal(s.t, "success", ended.Status, "%s: %v", tasks[i], ended.Log)
	}
}

// pause keeps InfluxDB from running tasks by itself, for a day: the test is their clock.
func (s *stack) pause(tasks ...string) {
	s.t.Helper()
	operator := s.operator()
	for _, task := range tasks {
		// Of a task that is not active InfluxDB takes no runs at all.
		require.NoError(s.t, operator.Call(s.t.Context(), "PATCH", "tasks/"+s.task(operator, task), nil, map[string]string{"offset": "24h"}, nil))
	}
}

// task is the id of a task.
func (s *stack) task(operator *influx.Client, name string) string {
	s.t.Helper()
	var found struct{ Tasks []struct{ ID string } }
	require.NoError(s.t, operator.Call(s.t.Context(), "GET", "tasks", url.Values{"org": {"cosyvoice_org"}, "name": {name}}, nil, &found))
	require.Len(s.t, found.Tasks, 1, name)
	return found.Tasks[0].ID
}
