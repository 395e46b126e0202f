package execd

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"
	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what must happen; none waits that long
// unless it fails.
const patience = 10 * time.Second

// input is a service input made of functions; nil ones do nothing.
type input struct {
	start  func(telegraf.Accumulator) error
	gather func(telegraf.Accumulator) error
	stop   func()
}

func (*input) SampleConfig() string { return "" }

func (i *input) Start(acc telegraf.Accumulator) error {
	if i.start == nil {
		return nil
	}
	return i.start(acc)
}

func (i *input) Gather(acc telegraf.Accumulator) error {
	if i.gather == nil {
		return nil
	}
	return i.gather(acc)
}

func (i *input) Stop() {
	if i.stop != nil {
		i.stop()
	}
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func (b *buffer) lines() []string {
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// running is a Runner in the hands of a test that plays Telegraf.
type running struct {
	*Runner
	stdin io.WriteCloser
	log   *buffer
	ended chan error
}

// run runs an input; stdout is given, because tests differ in how they read it.
func run(t *testing.T, ctx context.Context, in telegraf.Input, stdout io.Writer, interval time.Duration) *running {
	t.Helper()
	stdin, stdinWriter := io.Pipe()
	log := &buffer{}
	logger := NewLogger(log, telegraf.Debug)
	r := &running{
		Runner: &Runner{Input: in, Stdin: stdin, Stdout: stdout, Log: logger, Interval: interval},
		stdin:  stdinWriter,
		log:    log,
		ended:  make(chan error, 1),
	}
	go func() {
		err := r.Run(ctx)
		logger.Close()
		r.ended <- err
	}()
	t.Cleanup(func() { stdinWriter.Close() })
	return r
}

func (r *running) tick(t *testing.T) {
	t.Helper()
	_, err := r.stdin.Write([]byte("\n"))
	require.NoError(t, err)
}

// closeStdin ends the run as Telegraf does and returns Run's error and how long
// it took to return.
func (r *running) closeStdin(t *testing.T) (time.Duration, error) {
	t.Helper()
	began := time.Now()
	require.NoError(t, r.stdin.Close())
	err := r.wait(t)
	return time.Since(began), err
}

func (r *running) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(patience):
		t.Fatal("the runner did not return")
		return nil
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, patience, time.Millisecond, what)
}

// pipe is what Telegraf hands a plugin as stdout.
func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// requirePoints fails unless data is whole, valid lines, and returns the integer
// field n of each.
func requirePoints(t *testing.T, data []byte) []int64 {
	t.Helper()
	require.True(t, len(data) == 0 || data[len(data)-1] == '\n', "torn line at the end: %q", tail(data))
	var numbers []int64
	dec := lineprotocol.NewDecoderWithBytes(data)
	for dec.Next() {
		_, err := dec.Measurement()
		require.NoError(t, err)
		for {
			key, value, err := dec.NextField()
			require.NoError(t, err)
			if key == nil {
				break
			}
			if string(key) == "n" {
				numbers = append(numbers, value.IntV())
			}
		}
		_, err = dec.Time(lineprotocol.Nanosecond, time.Time{})
		require.NoError(t, err)
	}
	return numbers
}

func tail(data []byte) []byte { return data[max(0, len(data)-100):] }

// stampOf returns the time of the first point in data.
func stampOf(t *testing.T, data []byte) time.Time {
	t.Helper()
	dec := lineprotocol.NewDecoderWithBytes(data)
	require.True(t, dec.Next())
	stamp, err := dec.Time(lineprotocol.Nanosecond, time.Time{})
	require.NoError(t, err)
	return stamp
}
