package cosyvoice

import (
	"context"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
)

// logQuestion asks what the logs of the servers tell.
type logQuestion struct {
	servers []synthesis.Server
	// save is to be written to the state file, which may take as long as the disk does.
	save synthesis.Checkpoint
}

// logReport is what the logs told since the last one.
type logReport struct {
	readings   []synthesis.Reading
	checkpoint synthesis.Checkpoint
}

// readLogs answers questions. It alone uses the observer of the logs: a file system can
// hang.
func (c *Cosyvoice) readLogs(ctx context.Context) {
	defer c.logs.Close()
	c.logDesk.serve(ctx, func(q logQuestion, reply func(logReport)) {
		if q.save != nil {
			if err := c.logs.Save(q.save); err != nil {
				c.Log.Warnf("%v", err)
			}
		}
		c.logs.Poll(q.servers)
		for _, report := range c.inbox.take() {
			if !c.logs.TakeReport(&report) {
				c.strangers.Add(1)
			}
		}
		readings := c.logs.Report()
		reply(logReport{readings, c.logs.Checkpoint()})
	})
}

// read asks what the logs told, and tells whether the answer is there when ctx ends. What
// comes too late is kept for the next tick.
func (c *Cosyvoice) read(ctx context.Context, at time.Time, report *process.Report) bool {
	if report != nil {
		c.servers = logServers(report.Services)
	}
	question := logQuestion{c.servers, c.toSave}
	c.toSave = nil
	return c.logDesk.ask(ctx, at, question, func(r *logReport) {
		c.told = append(c.told, r.readings...)
		c.checkpoint, c.news = r.checkpoint, c.news || tells(r.readings)
	})
}

// tells whether reading the logs again would tell something again.
func tells(readings []synthesis.Reading) bool {
	return slices.ContainsFunc(readings, func(r synthesis.Reading) bool {
		return len(r.Syntheses)+len(r.Faults)+len(r.Notices)+len(r.Stuck)+len(r.Loads)+len(r.Outputs) > 0
	})
}

func logServers(services []process.Service) []synthesis.Server {
	servers := make([]synthesis.Server, 0, len(services))
	for _, s := range services {
		servers = append(servers, synthesis.Server{
			Instance: s.Instance, PID: s.PID, PIDs: s.PIDs, StartTime: s.StartTime, Up: s.Up,
		})
	}
	return servers
}

// saveAfter is how long what is written is taken to be on its way through the pipe and in
// Telegraf's memory: if Telegraf is killed in that time, it is read and written again.
const saveAfter = 30 * time.Second

// saveQuiet is how often it is saved how far logs were read that tell nothing: a server
// may write a line for each probe, and to save waits for the disk.
const saveQuiet = time.Minute

// remembered is how far the logs were read when all before was given to the runner.
type remembered struct {
	checkpoint synthesis.Checkpoint
	at         time.Time
	points     int64 // given to the runner by then
}

// remember has saved, at the next tick, how far the logs were read, as of the newest tick
// that Telegraf has surely taken in.
func (c *Cosyvoice) remember(now time.Time) {
	if c.RunnerStats == nil || c.checkpoint == nil {
		return
	}
	stats := c.RunnerStats()
	if c.news || now.Sub(c.kept) >= saveQuiet {
		c.unsaved = append(c.unsaved, remembered{c.checkpoint, now, stats.PointsQueued})
		c.news, c.kept = false, now
	}
	c.checkpoint = nil
	done := 0
	for done < len(c.unsaved) {
		r := c.unsaved[done]
		if now.Sub(r.at) < saveAfter || stats.PointsWritten+stats.PointsDropped < r.points {
			break
		}
		done++
	}
	if done == 0 {
		return
	}
	c.toSave = c.unsaved[done-1].checkpoint
	c.unsaved = c.unsaved[done:]
}
