package execd

import (
	"bufio"
	"context"
	"io"
	"sync/atomic"
	"time"
)

// metronome hands out ticks one at a time: a tick that comes while the last one
// is still being worked on is skipped, never queued, so that a slow gather is
// not followed by a burst of late ones.
type metronome struct {
	busy    atomic.Bool
	ticks   chan struct{}
	skipped func()
}

func newMetronome(skipped func()) *metronome {
	return &metronome{ticks: make(chan struct{}, 1), skipped: skipped}
}

// tick never blocks: whoever set busy is alone and finds the channel empty.
func (m *metronome) tick() {
	if !m.busy.CompareAndSwap(false, true) {
		m.skipped()
		return
	}
	m.ticks <- struct{}{}
}

// run calls work for each tick, in turn, until ctx is done; a tick that was
// handed out before that is still worked on.
func (m *metronome) run(ctx context.Context, work func()) {
	for {
		select {
		case <-ctx.Done():
			select {
			case <-m.ticks:
				work()
			default:
			}
			return
		case <-m.ticks:
			work()
			m.busy.Store(false)
		}
	}
}

// every ticks at a fixed interval until ctx is done.
func (m *metronome) every(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			m.tick()
		}
	}
}

// eachLine calls line for every newline in r until r ends.
func eachLine(r io.Reader, line func()) {
	in := bufio.NewReader(r)
	for {
		b, err := in.ReadByte()
		if err != nil {
			return
		}
		if b == '\n' {
			line()
		}
	}
}
