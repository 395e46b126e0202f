package execd

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

const childEnv = "EXECD_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		flood()
		return
	}
	os.Exit(m.Run())
}

// flood prints points without end, as a plugin whose stdout is not read.
func flood() {
	r := &Runner{Input: &input{gather: func(acc telegraf.Accumulator) error {
		for n := range 10000 {
			acc.AddFields("m", map[string]any{"n": n}, map[string]string{"tag": "of some length"})
		}
		os.Stderr.WriteString("full\n")
		return nil
	}}, Stdin: os.Stdin, Stdout: os.Stdout, Log: NewLogger(io.Discard, telegraf.Error)}
	_ = r.Run(context.Background())
}

func TestEndOfStdin(t *testing.T) {
	var out buffer
	gathering := make(chan struct{})
	r := run(t, t.Context(), &input{
		gather: func(acc telegraf.Accumulator) error {
			close(gathering)
			time.Sleep(50 * time.Millisecond)
			acc.AddFields("m", map[string]any{"n": 1}, nil)
			return nil
		},
	}, &out, 0)
	r.tick(t)
	<-gathering
	took, err := r.closeStdin(t)
	require.NoError(t, err)
	require.Less(t, took, time.Second)
	require.GreaterOrEqual(t, took, linger, "Telegraf needs a moment to read the last lines")
	require.Equal(t, []int64{1}, requirePoints(t, []byte(out.String())), "the running gather's points are flushed")
}

func TestEndWhenAllHangs(t *testing.T) {
	reader, writer := pipe(t)
	hang := make(chan struct{})
	gathering := make(chan struct{})
	var stopCalled atomic.Bool
	r := run(t, t.Context(), &input{
		gather: func(acc telegraf.Accumulator) error {
			for n := range 10000 {
				acc.AddFields("m", map[string]any{"n": n}, nil)
			}
			close(gathering)
			<-hang
			return nil
		},
		stop: func() {
			stopCalled.Store(true)
			<-hang
		},
	}, writer, 0)
	t.Cleanup(func() { close(hang) })
	r.tick(t)
	<-gathering
	took, err := r.closeStdin(t)
	require.NoError(t, err)
	require.Less(t, took, time.Second)
	require.True(t, stopCalled.Load(), "Stop may be what ends the gather")
	require.Contains(t, r.log.String(), "W! The plugin did not stop in time")
	require.Contains(t, r.log.String(), "W! Nobody reads stdout")
	require.NoError(t, reader.Close())
}

func TestBlockedStdoutDropsTheOldest(t *testing.T) {
	gather, calls := counting()
	reader, writer := pipe(t)
	r := run(t, t.Context(), &input{
		gather: func(acc telegraf.Accumulator) error {
			for range 1000 {
				if err := gather(acc); err != nil {
					return err
				}
			}
			return nil
		},
	}, writer, 0)
	eventually(t, "gathering goes on until points are dropped", func() bool {
		r.tick(t)
		return r.Stats().PointsDropped > 10_000
	})

	read := make(chan []byte)
	go func() {
		data, err := io.ReadAll(reader)
		if err != nil && !errors.Is(err, os.ErrClosed) {
			t.Errorf("reading: %v", err)
		}
		read <- data
	}()
	eventually(t, "the rest is written once stdout is read", func() bool {
		s := r.Stats()
		return s.PointsWritten+s.PointsDropped == calls.Load()
	})
	_, err := r.closeStdin(t)
	require.NoError(t, err)
	require.NoError(t, writer.Close())

	numbers := requirePoints(t, <-read)
	require.Len(t, numbers, int(r.Stats().PointsWritten))
	require.Equal(t, int64(1), numbers[0], "what the pipe already held comes first")
	require.Equal(t, calls.Load(), numbers[len(numbers)-1], "the newest point is kept")
	require.IsIncreasing(t, numbers)
}

// Telegraf takes a line that was cut in its time stamp for a whole one.
func TestKillTearsNoLine(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	reader, writer := pipe(t)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	cmd.Stdout = writer
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	require.NoError(t, writer.Close())

	_, err = stdin.Write([]byte("\n"))
	require.NoError(t, err)
	_, err = stderr.Read(make([]byte, 5))
	require.NoError(t, err)
	waitForFullPipe(t, reader)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())

	data, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Greater(t, len(requirePoints(t, data)), 100)
}

// waitForFullPipe waits until the bytes in a pipe no longer grow. A full pipe may
// hold little more than half its size: what does not fit into the rest of a page
// goes to the next one.
func waitForFullPipe(t *testing.T, reader *os.File) {
	t.Helper()
	last, same := 0, 0
	require.Eventually(t, func() bool {
		n, err := unix.IoctlGetInt(int(reader.Fd()), unix.TIOCINQ)
		require.NoError(t, err)
		if n == last && n > 16*1024 {
			same++
		} else {
			last, same = n, 0
		}
		return same == 5
	}, patience, 10*time.Millisecond)
}
