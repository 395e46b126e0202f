package gpu

import (
	"bufio"
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/debug"
)

// RunChild observes the GPUs and writes what it sees to out, one JSON message a
// line: for each line that arrives on in the samples taken since the one before and then
// full readings, and Xids when they happen. It returns when ctx is cancelled or only a new
// process can go on, as after a driver upgrade. Threads of it may be in the driver then, so
// that the process is to end.
//
// The goroutine that reads in calls onEOF as soon as in ends, since the caller may
// be stuck in a driver call then and never see it.
func RunChild(ctx context.Context, library string, in io.Reader, out io.Writer, onEOF func()) error {
	return runChild(ctx, host{root: "/"}, library, in, out, onEOF)
}

func runChild(ctx context.Context, h host, library string, in io.Reader, out io.Writer, onEOF func()) error {
	// It allocates little and mostly waits: a small heap and one running thread keep
	// it small at no cost.
	debug.SetGCPercent(25)
	runtime.GOMAXPROCS(1)

	to := &sender{out: out}
	at := &place{}
	requests := receiveRequests(in, func() {
		if s := at.stuck(); s != nil {
			_ = to.send(message{Stuck: s}) // a parent that is gone needs it no more
		}
		onEOF()
	})
	d, err := openDriver(h, library, at)
	if err != nil {
		return errors.Join(err, to.report(err))
	}
	samples, err := startSampler(library)
	if err != nil {
		return errors.Join(err, to.report(err))
	}
	at.sampler.Store(samples)
	samples.watch(d.devices)
	if err := to.send(message{Hello: &hello{d.version(), d.closed}}); err != nil {
		return err
	}
	if set := d.watchXIDs(); set != nil {
		go set.run(ctx, to)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case r := <-requests:
			if err := to.send(message{Sampled: samples.take()}); err != nil {
				return err
			}
			if change := d.outdated(); change != nil {
				return to.send(message{Reopen: change})
			}
			readings, err := d.readings(r)
			if err != nil {
				return errors.Join(err, to.report(err))
			}
			if err := to.send(message{Answer: &answer{readings}}); err != nil {
				return err
			}
			samples.watch(d.devices)
		}
	}
}

func receiveRequests(in io.Reader, onEOF func()) <-chan request {
	requests := make(chan request, 1)
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			select {
			case requests <- parseRequest(lines.Text()):
			default: // the one that waits will be answered for both
			}
		}
		onEOF()
	}()
	return requests
}

// report tells the parent why the child ends.
func (s *sender) report(err error) error {
	var p *problem
	if !errors.As(err, &p) {
		p = &problem{State: StateFailed, Reason: err.Error()}
	}
	return s.send(message{Problem: p})
}
