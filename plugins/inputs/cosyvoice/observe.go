package cosyvoice

import (
	"context"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

// holders are the processes that hold GPU memory, as the driver numbers them.
type holders map[int]bool

// observe answers questions. It alone uses the observer: a read of /proc can block for as
// long as the process it is about, and then nobody else may wait for it.
func (c *Cosyvoice) observe(ctx context.Context) {
	c.processDesk.serve(ctx, func(gpuPIDs holders, reply func(process.Report)) {
		report := c.processes.Tick(gpuPIDs)
		reply(report)
		if report.Scan.Partial {
			c.processes.FinishLook(gpuPIDs)
		}
	})
}

// report asks for the state of the processes. It is nil if the answer is not there
// when ctx ends; the events of an answer that comes too late are kept for the next
// tick, its readings are not.
func (c *Cosyvoice) report(ctx context.Context, at time.Time) *process.Report {
	var last *process.Report
	if c.processDesk.ask(ctx, at, c.gpuPIDs, func(r *process.Report) {
		c.happened = append(c.happened, r.Events...)
		last = r
	}) {
		return last
	}
	return nil
}
