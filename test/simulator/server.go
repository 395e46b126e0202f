package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/simulator/pylog"
)

// Memory of a loaded model.
const (
	contextBytes   = 480 * mebibyte // CUDA context
	modelBytes     = 4700 * mebibyte
	modelHostBytes = 256 * mebibyte
	loadSteps      = 10
)

// front is the server around the model: what it says on its port and in the log.
type front interface {
	// serve writes the lines of the start, and answers until ctx ends.
	serve(ctx context.Context, l net.Listener) error
	// submit asks for a synthesis as a client does, and waits for its end.
	submit(ctx context.Context, r request) error
}

// serve is the life of the server: load, listen, work until ctx ends.
func serve(ctx context.Context, s settings, out io.Writer) (err error) {
	e, err := findEntry(s.Entry)
	if err != nil {
		return err
	}
	log := pylog.New(out)
	gpu := newCard(s.GPUState, s.GPU)
	told, err := openTruth(s.Truth)
	if err != nil {
		return err
	}
	model := newEngine(log, gpu, told, s)

	ctx, stop := context.WithCancelCause(ctx)
	var tasks sync.WaitGroup
	start := func(task func(context.Context) error) {
		tasks.Go(func() {
			if err := task(ctx); err != nil {
				stop(err)
			}
		})
	}
	defer func() {
		stop(err)
		tasks.Wait()
		err = errors.Join(err, gpu.detach())
	}()

	start(func(ctx context.Context) error { return gpu.follow(ctx, model.inFlight) })
	if err := load(ctx, log, gpu, s.LoadTime); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	stopChildren, err := startChildren(e.children)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopChildren()) }()
	// A real server binds every interface; a stand-in is for this machine alone.
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)))
	if err != nil {
		return fmt.Errorf("open the server's port: %w; choose another one with --port", err)
	}
	f := e.newFront(model, s.Port)
	start(func(ctx context.Context) error { return f.serve(ctx, listener) })
	if s.RequestsPerMinute > 0 {
		start(func(ctx context.Context) error {
			newArrivals(s).play(ctx, f.submit)
			return nil
		})
	}
	if s.Scenario.CrashAfter > 0 {
		defer time.AfterFunc(s.Scenario.CrashAfter, die).Stop()
	}
	if s.Scenario.ExecAfter > 0 {
		start(func(ctx context.Context) error { return startAnew(ctx, s.Scenario.ExecAfter) })
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// load takes its time over imports and the model, whose memory grows meanwhile
// and stays until the process ends.
func load(ctx context.Context, log *pylog.Log, gpu *card, duration time.Duration) error {
	for step := range loadSteps {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(duration / loadSteps):
		}
		if _, err := newHostMemory(modelHostBytes / loadSteps); err != nil {
			return err
		}
		bytes := uint64(modelBytes / (loadSteps / 2))
		switch {
		case step < loadSteps/2-1:
			continue // imports
		case step == loadSteps/2-1:
			bytes = contextBytes
			log.Record(pylog.Info, "input frame rate=25")
		}
		if err := gpu.allocate(bytes); err != nil {
			return fmt.Errorf("load the model: %w", err)
		}
	}
	log.Record(pylog.Info, "use wetext frontend")
	log.Print("Removing weight norm...")
	return nil
}
