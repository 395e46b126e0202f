package execd

import (
	"context"
	"fmt"
	"io"
)

// write moves batches from the queue to out, one call of Write each, until an
// error, or until ctx is done and the queue is empty.
func write(ctx context.Context, q *queue, out io.Writer, written func(points int)) error {
	for {
		// Looked at before the queue, so that nothing added before the end is left.
		done := ctx.Err() != nil
		b, ok := q.take()
		switch {
		case ok:
			if _, err := out.Write(b.data); err != nil {
				return fmt.Errorf("writing points to stdout: %w", err)
			}
			written(b.points)
		case done:
			return nil
		default:
			select {
			case <-q.ready:
			case <-ctx.Done():
			}
		}
	}
}
