// Package execd runs one Telegraf input as an external plugin under Telegraf's
// inputs.execd: it gathers when Telegraf asks by a line on stdin, and prints
// line protocol on stdout and levelled log lines on stderr.
//
// It stands in for Telegraf's own shim, with other answers where a monitor must
// not fail: an invalid point costs that point alone, a panic costs one tick, a
// slow gather is not followed by queued ones, and neither a hung gather nor a
// Telegraf that does not read keeps the program from sampling or from ending.
package execd

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/influxdata/telegraf"
)

// Whatever hangs, the program is gone within a second of being told to stop:
// these are counted from that moment, and linger comes on top.
const (
	gatherDeadline = 200 * time.Millisecond // a running gather may finish
	stopDeadline   = 400 * time.Millisecond // the input's Stop has returned
	flushDeadline  = 600 * time.Millisecond // stdout has taken what was queued

	// linger keeps the pipes open a moment after the last line: Telegraf stops
	// reading them as soon as it sees the process end, and what it has not read
	// by then is lost (os/exec, Cmd.StdoutPipe; seen in 2 of 5 exits without it).
	linger = 150 * time.Millisecond
)

// Runner runs an input that has been initialised. Set the exported fields before
// the first call; a Runner is good for one Run or Once.
type Runner struct {
	Input  telegraf.Input
	Stdin  io.Reader // a newline asks for a gather, its end asks to stop; nil does neither
	Stdout io.Writer
	Log    telegraf.Logger

	// Interval makes the runner gather by its own clock; newlines on Stdin then
	// mean nothing, its end still asks to stop. Zero gathers on newlines.
	Interval time.Duration

	counters counters
}

// Stats may be called at any time, from any goroutine.
func (r *Runner) Stats() Stats { return r.counters.snapshot() }

// Run gathers until ctx is done or Stdin ends, which both return nil, or until
// the input does not start or Stdout fails. It returns within a second of being
// told to stop; what hangs beyond that is left behind for the process's end.
func (r *Runner) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	q := newQueue(func(points int) { r.counters.pointsDropped.Add(int64(points)) })
	acc := r.accumulator(func(_ string, line []byte) {
		r.counters.pointsQueued.Add(1)
		q.add(line)
	})
	if err := r.start(acc); err != nil {
		return err
	}

	flushing, flush := context.WithCancel(context.Background())
	defer flush()
	var writeErr error
	written := async(func() {
		writeErr = write(flushing, q, r.Stdout, func(points int) { r.counters.pointsWritten.Add(int64(points)) })
		cancel()
	})

	m := newMetronome(func() {
		r.counters.ticksSkipped.Add(1)
		r.Log.Warn("Skipped a tick: the last gather is still running")
	})
	gathered := async(func() { m.run(ctx, func() { r.gather(acc) }) })
	onLine := m.tick
	if r.Interval > 0 {
		onLine = func() {}
		clock := async(func() { m.every(ctx, r.Interval) })
		defer func() { <-clock }()
	}
	if r.Stdin != nil {
		// A read of stdin cannot be cancelled, so nobody waits for this one.
		go func() {
			eachLine(r.Stdin, onLine)
			cancel()
		}()
	}

	<-ctx.Done()
	asked := time.Now()
	waitUntil(gathered, asked.Add(gatherDeadline))
	if !waitUntil(async(r.stop), asked.Add(stopDeadline)) {
		r.Log.Warn("The plugin did not stop in time; leaving it behind")
	}
	flush()
	if !waitUntil(written, asked.Add(flushDeadline)) {
		r.Log.Warn("Nobody reads stdout; the last points are lost")
		return nil
	}
	time.Sleep(linger)
	return writeErr
}

func (r *Runner) accumulator(emit func(measurement string, line []byte)) *accumulator {
	return &accumulator{log: r.Log, counters: &r.counters, emit: emit}
}

func (r *Runner) start(acc telegraf.Accumulator) error {
	s, ok := r.Input.(telegraf.ServiceInput)
	if !ok {
		return nil
	}
	if err := s.Start(acc); err != nil {
		return fmt.Errorf("starting the plugin: %w", err)
	}
	return nil
}

func (r *Runner) stop() {
	if s, ok := r.Input.(telegraf.ServiceInput); ok {
		s.Stop()
	}
}

// async runs f in a goroutine and returns a channel that closes at its end.
func async(f func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	return done
}

// waitUntil reports whether done closed before the deadline.
func waitUntil(done <-chan struct{}, deadline time.Time) bool {
	select {
	case <-done:
		return true
	case <-time.After(time.Until(deadline)):
		return false
	}
}
