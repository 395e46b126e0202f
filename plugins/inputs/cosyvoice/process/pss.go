package process

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/procfs"
)

// pssInterval is long because the kernel walks all page tables of a process for
// this reading and holds its memory lock meanwhile.
const pssInterval = 5 * time.Minute

// pssReader measures the proportional memory of processes beside the ticks.
type pssReader struct {
	fs       procfs.FS
	interval time.Duration
	begin    chan struct{} // the first processes are known

	mu       sync.Mutex
	wanted   []processID
	measured map[processID]uint64
}

func newPSSReader(fs procfs.FS) *pssReader {
	return &pssReader{fs: fs, interval: pssInterval, begin: make(chan struct{}, 1)}
}

// watch replaces the processes to measure.
func (r *pssReader) watch(ids []processID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.wanted) == 0 && len(ids) > 0 {
		select {
		case r.begin <- struct{}{}:
		default:
		}
	}
	r.wanted = ids
}

// take returns the bytes of each process if they were measured since the last
// call.
func (r *pssReader) take() map[processID]uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	measured := r.measured
	r.measured = nil
	return measured
}

// run measures until the context ends.
func (r *pssReader) run(ctx context.Context) {
	ticker := time.NewTicker(r.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.begin:
		case <-ticker.C:
		}
		r.measure(ctx)
	}
}

func (r *pssReader) measure(ctx context.Context) {
	r.mu.Lock()
	wanted := r.wanted
	r.mu.Unlock()
	measured := make(map[processID]uint64, len(wanted))
	for _, id := range wanted {
		if ctx.Err() != nil {
			return
		}
		if bytes, err := r.pssOf(id); err == nil {
			measured[id] = bytes
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.measured = measured
}

func (r *pssReader) pssOf(id processID) (uint64, error) {
	proc, err := r.fs.Proc(id.pid)
	if err != nil {
		return 0, err
	}
	rollup, err := proc.ProcSMapsRollup()
	if err != nil {
		return 0, err
	}
	// Afterwards, so that the reading is known to be that of this process.
	stat, err := proc.Stat()
	if err != nil {
		return 0, err
	}
	if stat.Starttime != id.start {
		return 0, procfs.ErrFileRead
	}
	return rollup.Pss, nil
}
