package cosyvoice

import (
	"context"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

// question asks the process observer for a report; answer is what it gives.
type question struct {
	at      time.Time
	gpuPIDs map[int]bool // holders of GPU memory
}

type answer struct {
	at     time.Time // of the question
	report process.Report
}

// observe samples the processes once a second and answers questions. It alone uses
// the observer: a read of /proc can block for as long as the process it is about, and
// then nobody else may wait for it.
//
// The samples of the GPUs are its clock while they come: to wake up costs more than
// the sample, so that both are taken in one. The timer is for when they do not: it has
// the length of the monitor's own, since a timer that is put off still wakes the
// program once for each of its periods.
func (c *Cosyvoice) observe(ctx context.Context) {
	timer := time.NewTimer(gpu.SampleInterval)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.gpus.Sampled():
			c.processes.Sample()
			timer.Reset(gpu.HangAfter)
		case <-timer.C:
			c.processes.Sample()
			timer.Reset(gpu.SampleInterval)
		case q := <-c.questions:
			// There is always room: one question can wait while one is answered.
			report := c.processes.Tick(q.gpuPIDs)
			c.answers <- answer{q.at, report}
			if report.Scan.Partial {
				c.processes.FinishLook(q.gpuPIDs)
			}
		}
	}
}

// report asks for the state of the processes. It is nil if the answer is not there
// when ctx ends; the events of an answer that comes too late are kept for the next
// tick, its readings are not.
func (c *Cosyvoice) report(ctx context.Context, at time.Time) *process.Report {
	select {
	case c.questions <- question{at, c.gpuPIDs}:
	default: // the one before still waits
	}
	for {
		select {
		case a := <-c.answers:
			c.happened = append(c.happened, a.report.Events...)
			if a.at.Equal(at) {
				return &a.report
			}
		case <-ctx.Done():
			return nil
		}
	}
}
