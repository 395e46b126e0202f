package execd

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/require"
)

// counting returns a gather that adds one point with the number of the call.
func counting() (gather func(telegraf.Accumulator) error, calls *atomic.Int64) {
	calls = &atomic.Int64{}
	return func(acc telegraf.Accumulator) error {
		acc.AddFields("m", map[string]any{"n": calls.Add(1)}, nil)
		return nil
	}, calls
}

func TestGathersOnEachNewline(t *testing.T) {
	gather, _ := counting()
	var out buffer
	r := run(t, t.Context(), &input{gather: gather}, &out, 0)
	for n := range 3 {
		r.tick(t)
		eventually(t, "a line for each tick", func() bool { return strings.Count(out.String(), "\n") == n+1 })
	}
	_, err := r.closeStdin(t)
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2, 3}, requirePoints(t, []byte(out.String())))
	require.Equal(t, Stats{PointsQueued: 3, PointsWritten: 3}, r.Stats())
}

func TestGathersOnItsOwnClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gather, calls := counting()
		var out buffer
		r := run(t, t.Context(), &input{gather: gather}, &out, 10*time.Second)
		r.tick(t) // means nothing here
		time.Sleep(35 * time.Second)
		synctest.Wait()
		require.Equal(t, int64(3), calls.Load())
		_, err := r.closeStdin(t)
		require.NoError(t, err)
	})
}

func TestRunsOnWithoutStdin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gather, calls := counting()
		ctx, cancel := context.WithTimeout(t.Context(), 35*time.Second)
		defer cancel()
		r := &Runner{Input: &input{gather: gather}, Stdout: io.Discard, Log: discardLogger{}, Interval: 10 * time.Second}
		require.NoError(t, r.Run(ctx))
		require.Equal(t, int64(3), calls.Load())
	})
}

func TestSlowGatherQueuesNoTicks(t *testing.T) {
	calls, release := make(chan struct{}), make(chan struct{})
	r := run(t, t.Context(), &input{gather: func(telegraf.Accumulator) error {
		calls <- struct{}{}
		<-release
		return nil
	}}, &buffer{}, 0)
	r.tick(t)
	<-calls
	for range 5 {
		r.tick(t)
	}
	eventually(t, "five ticks are skipped", func() bool { return r.Stats().TicksSkipped == 5 })
	close(release)

	// The next tick is taken as soon as the slow gather is over; had one been
	// queued, this would see two gathers.
	eventually(t, "gathering goes on", func() bool {
		r.tick(t)
		select {
		case <-calls:
			return true
		default:
			return false
		}
	})
	select {
	case <-calls:
		t.Fatal("a skipped tick was gathered later")
	case <-time.After(20 * time.Millisecond):
	}
	_, err := r.closeStdin(t)
	require.NoError(t, err)
	require.Contains(t, r.log.String(), "W! Skipped a tick")
}

func TestPanicCostsOneTick(t *testing.T) {
	var calls atomic.Int64
	var out buffer
	r := run(t, t.Context(), &input{gather: func(acc telegraf.Accumulator) error {
		n := calls.Add(1)
		acc.AddFields("m", map[string]any{"n": n}, nil)
		if n == 1 {
			panic("driver\nwent away")
		}
		return nil
	}}, &out, 0)
	eventually(t, "the tick after the panic is gathered", func() bool {
		r.tick(t)
		return calls.Load() > 1
	})
	_, err := r.closeStdin(t)
	require.NoError(t, err)
	require.Contains(t, r.log.String(), "E! Gather failed: panic: driver went away\n")
	frame := slices.IndexFunc(r.log.lines(), func(line string) bool { return strings.HasPrefix(line, "D!   at ") })
	require.NotEqual(t, -1, frame)
	require.Contains(t, r.log.lines()[frame], "TestPanicCostsOneTick", "the first frame is where it happened")
	require.Equal(t, int64(1), requirePoints(t, []byte(out.String()))[0], "points added before the panic are kept")
}

func TestGatherErrorIsLogged(t *testing.T) {
	r := run(t, t.Context(), &input{gather: func(acc telegraf.Accumulator) error {
		acc.AddError(errors.New("half a failure"))
		acc.AddError(nil)
		return errors.New("no such device")
	}}, &buffer{}, 0)
	r.tick(t)
	_, err := r.closeStdin(t)
	require.NoError(t, err)
	require.Equal(t, []string{"E! Error in plugin: half a failure", "E! Gather failed: no such device"}, r.log.lines())
}

func TestInvalidPointIsNotFatal(t *testing.T) {
	var out buffer
	r := run(t, t.Context(), &input{gather: func(acc telegraf.Accumulator) error {
		acc.AddGauge("", map[string]any{"n": 1}, nil)
		acc.AddGauge("m", map[string]any{"n": uint64(1<<64 - 1)}, nil)
		acc.AddGauge("m", map[string]any{"n": 1, "power": uint64(1<<64 - 1)}, nil)
		return nil
	}}, &out, 0)
	r.tick(t)
	_, err := r.closeStdin(t)
	require.NoError(t, err)
	require.Equal(t, []int64{1}, requirePoints(t, []byte(out.String())))
	require.Equal(t, Stats{PointsQueued: 1, PointsWritten: 1, PointsInvalid: 2, FieldsInvalid: 2}, r.Stats())
}

func TestPointsFromTheBackgroundAreWrittenAtOnce(t *testing.T) {
	var out buffer
	r := run(t, t.Context(), &input{start: func(acc telegraf.Accumulator) error {
		acc.AddFields("m", map[string]any{"n": 1}, nil)
		return nil
	}}, &out, 0)
	eventually(t, "the point comes without a tick", func() bool { return out.String() != "" })
	_, err := r.closeStdin(t)
	require.NoError(t, err)
}

func TestStartError(t *testing.T) {
	r := run(t, t.Context(), &input{start: func(telegraf.Accumulator) error { return errors.New("no log file") }}, &buffer{}, 0)
	require.EqualError(t, r.wait(t), "starting the plugin: no log file")
}

func TestClosedStdoutEndsTheRun(t *testing.T) {
	gather, _ := counting()
	reader, writer := pipe(t)
	require.NoError(t, reader.Close())
	r := run(t, t.Context(), &input{gather: gather}, writer, 0)
	r.tick(t)
	require.ErrorContains(t, r.wait(t), "writing points to stdout")
}

func TestCancelEndsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var stopped atomic.Bool
	r := run(t, ctx, &input{stop: func() { stopped.Store(true) }}, &buffer{}, 0)
	cancel()
	require.NoError(t, r.wait(t))
	require.True(t, stopped.Load())
}
