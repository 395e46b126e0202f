package gpu

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// RunChild observes the GPUs and writes what it sees to out, one JSON message a
// line: the cheap samples every SampleInterval, full readings for each line that
// arrives on in. It returns when in ends or ctx is cancelled.
//
// The goroutine that reads in calls onEOF as soon as in ends, since the caller may
// be stuck in a driver call then and never see it.
func RunChild(ctx context.Context, library string, in io.Reader, out io.Writer, onEOF func()) error {
	requests := make(chan struct{}, 1)
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			select {
			case requests <- struct{}{}:
			default: // the one that waits will be answered for both
			}
		}
		onEOF()
	}()

	d, err := openDriver(library)
	if err != nil {
		var absent absentError
		p := &problem{Absent: errors.As(err, &absent), Reason: err.Error()}
		if werr := send(out, message{Problem: p}); werr != nil {
			return werr
		}
		return err
	}
	defer d.lib.Shutdown()
	if err := send(out, message{Hello: &hello{Driver: d.version(), Devices: len(d.devices)}}); err != nil {
		return err
	}

	ticker := time.NewTicker(SampleInterval)
	defer ticker.Stop()
	for {
		var m message
		select {
		case <-ctx.Done():
			return nil
		case <-requests:
			if m.Readings, err = d.readings(); err != nil {
				_ = send(out, message{Problem: &problem{Reason: err.Error()}})
				return err
			}
		case <-ticker.C:
			m.Samples = d.samples()
		}
		if err := send(out, m); err != nil {
			return err
		}
	}
}

func send(out io.Writer, m message) error {
	line, err := m.line()
	if err != nil {
		return fmt.Errorf("encode for the parent: %w", err)
	}
	if _, err := out.Write(line); err != nil {
		return fmt.Errorf("write to the parent: %w", err)
	}
	return nil
}
