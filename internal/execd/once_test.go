package execd

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/require"
)

func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		began := time.Now()
		stopped := false
		r := onceRunner(&out, &input{
			gather: func(acc telegraf.Accumulator) error {
				require.Equal(t, 2*time.Second, time.Since(began), "the input gets time for its first samples")
				acc.AddFields("gpu", map[string]any{"n": 1}, nil)
				acc.AddFields("gpu", map[string]any{"n": 2}, nil)
				acc.AddFields("agent", map[string]any{"n": 3}, nil)
				return errors.New("half of it failed")
			},
			stop: func() { stopped = true },
		})
		points, err := r.Once(t.Context(), settle(2*time.Second))
		require.EqualError(t, err, "half of it failed")
		require.Equal(t, map[string]int{"gpu": 2, "agent": 1}, points)
		require.Equal(t, []int64{1, 2, 3}, requirePoints(t, []byte(out.String())))
		require.True(t, stopped)
	})
}

func TestOnceGathersWhatDoesNotGetWarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gather, _ := counting()
		r := onceRunner(io.Discard, &input{gather: gather})
		warned := false
		r.Log = discardLogger{warned: &warned}
		points, err := r.Once(t.Context(), settle(time.Hour))
		require.NoError(t, err)
		require.Equal(t, map[string]int{"m": 1}, points)
		require.True(t, warned)
	})
}

func TestOnceEndsWithItsContext(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	gathering := make(chan struct{})
	tests := []struct {
		name   string
		settle time.Duration
		input  *input
		want   string
	}{
		{"while it settles", time.Hour, &input{}, "context deadline exceeded"},
		{"while the gather hangs", 0, &input{gather: func(telegraf.Accumulator) error { close(gathering); <-hang; return nil }},
			"the gather is hanging: context deadline exceeded"},
		{"and does not stop", time.Hour, &input{stop: func() { <-hang }}, "the plugin is hanging: it did not stop"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			_, err := onceRunner(io.Discard, test.input).Once(ctx, settle(test.settle))
			require.EqualError(t, err, test.want)
		})
	}
}

func TestOnceStartError(t *testing.T) {
	r := onceRunner(io.Discard, &input{start: func(telegraf.Accumulator) error { return errors.New("no log file") }})
	_, err := r.Once(t.Context(), settle(0))
	require.EqualError(t, err, "starting the plugin: no log file")
}

// settle warms up by waiting.
func settle(d time.Duration) func(context.Context) {
	return func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
}

func onceRunner(out io.Writer, in telegraf.Input) *Runner {
	return &Runner{Input: in, Stdout: out, Log: discardLogger{}}
}

// discardLogger has no goroutine, which synctest would wait for.
type discardLogger struct {
	telegraf.Logger
	warned *bool
}

func (l discardLogger) Warnf(string, ...any) { *l.warned = true }
