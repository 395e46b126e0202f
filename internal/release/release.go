package release

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"github.com/prometheus/procfs"
)

// patience is how long a server may take to give back what it keeps: a second at the most where
// nothing is wrong.
const patience = 30 * time.Second

// Server is one to be asked, with the ids of its processes.
type Server struct {
	Instance string
	PID      int // of its main process
	PIDs     []int
}

// Result is what came of asking one process of a server.
type Result struct {
	Instance string `json:"instance"`
	PID      int    `json:"pid"`
	Answer
	FreedBytes int64 `json:"freed_bytes"`
	// Reason is why it could not be asked, or did not answer.
	Reason string `json:"reason,omitempty"`
}

// All asks every process of the servers that can be asked, all at once: a server may have
// several. One of which no process can be asked has one result as well. The results are in the
// servers' order.
func All(ctx context.Context, servers []Server, wait time.Duration) []Result {
	var asked [][]*Result
	var work sync.WaitGroup
	for _, s := range servers {
		var results []*Result
		var failed error
		for _, pid := range s.PIDs {
			path, err := Find(procfs.DefaultMountPoint, pid)
			if err != nil && !isGone(err) {
				failed = err
			}
			if path == "" {
				continue
			}
			r := &Result{Instance: s.Instance, PID: pid}
			results = append(results, r)
			work.Go(func() { r.ask(ctx, path, wait) })
		}
		if len(results) == 0 {
			results = []*Result{unasked(s, failed)}
		}
		asked = append(asked, results)
	}
	work.Wait()
	all := []Result{}
	for _, results := range asked {
		for _, r := range results {
			all = append(all, *r)
		}
	}
	return all
}

func (r *Result) ask(ctx context.Context, path string, wait time.Duration) {
	answer, err := Ask(ctx, path, wait, patience)
	if err != nil {
		answer.Outcome, r.Reason = unanswered(err), err.Error()
	}
	r.Answer, r.FreedBytes = answer, answer.FreedBytes()
}

// unasked is the result of a server of which no process can be asked.
func unasked(s Server, err error) *Result {
	r := &Result{Instance: s.Instance, PID: s.PID, Answer: Answer{Outcome: NoFile}}
	if err != nil {
		r.Outcome, r.Reason = unanswered(err), err.Error()
	}
	return r
}

func unanswered(err error) Outcome {
	if errors.Is(err, fs.ErrPermission) {
		return Denied
	}
	return NoAnswer
}
