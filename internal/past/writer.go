package past

import (
	"context"
	"sync"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// atOnce is how many batches are on their way at a time: InfluxDB keeps a core busy with each.
const atOnce = 2

// writer writes batches while the next are made.
type writer struct {
	ctx     context.Context // ends with the first that cannot be written
	cancel  context.CancelCauseFunc
	waiting chan func() error
	workers sync.WaitGroup
	client  *influx.Client
}

func newWriter(ctx context.Context, client *influx.Client) *writer {
	w := &writer{client: client, waiting: make(chan func() error)}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	for range atOnce {
		w.workers.Go(func() {
			for write := range w.waiting {
				if err := write(); err != nil {
					w.cancel(err)
				}
			}
		})
	}
	return w
}

// write hands a batch over, once there is room for it.
func (w *writer) write(bucket string, lines []byte) {
	select {
	case w.waiting <- func() error { return w.client.Write(w.ctx, bucket, lines) }:
	case <-w.ctx.Done():
	}
}

// close waits until all is written, and returns why it is not.
func (w *writer) close() error {
	close(w.waiting)
	w.workers.Wait()
	defer w.cancel(nil)
	return context.Cause(w.ctx)
}
