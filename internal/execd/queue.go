package execd

import "sync"

const (
	// batchBytes is PIPE_BUF on Linux: a pipe takes a write of at most this size
	// whole or not at all (pipe(7)), so a line is not torn even when the program
	// is killed while Telegraf is not reading. Only a longer line can be.
	batchBytes = 4096

	// queueBytes is about half an hour of one server's ticks (5 KB every 10 s),
	// which outlasts a paused Telegraf and still costs the host next to nothing.
	queueBytes = 1 << 20
)

// batch is whole lines that are written, or dropped, together.
type batch struct {
	data   []byte
	points int
}

// queue holds lines until stdout takes them. Adding never blocks: when the queue
// is full, the oldest batch goes, because the newest readings matter most.
type queue struct {
	dropped func(points int)
	// ready holds a token while there may be something to take.
	ready chan struct{}

	mu      sync.Mutex
	batches []batch
	bytes   int
}

func newQueue(dropped func(points int)) *queue {
	return &queue{dropped: dropped, ready: make(chan struct{}, 1)}
}

// add copies one whole line, with its newline, to the end.
func (q *queue) add(line []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if n := len(q.batches); n == 0 || len(q.batches[n-1].data)+len(line) > batchBytes {
		q.batches = append(q.batches, batch{})
	}
	last := &q.batches[len(q.batches)-1]
	last.data = append(last.data, line...)
	last.points++
	q.bytes += len(line)
	for q.bytes > queueBytes && len(q.batches) > 1 {
		q.dropped(q.shift().points)
	}
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take removes the oldest batch, if there is one.
func (q *queue) take() (batch, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.batches) == 0 {
		return batch{}, false
	}
	return q.shift(), true
}

func (q *queue) shift() batch {
	first := q.batches[0]
	q.batches[0] = batch{}
	q.batches = q.batches[1:]
	q.bytes -= len(first.data)
	return first
}
