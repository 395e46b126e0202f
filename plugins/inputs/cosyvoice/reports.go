package cosyvoice

import (
	"context"
	"sync"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
)

// keptReports bounds the reports that wait for a tick: some minutes of a busy server.
const keptReports = 10000

// inbox holds what servers report of their own syntheses, until a tick takes it.
type inbox struct {
	mu      sync.Mutex
	reports []datagram.Report
	dropped int64
}

func (i *inbox) put(report datagram.Report) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.reports) == keptReports {
		i.dropped++
		return
	}
	i.reports = append(i.reports, report)
}

// lost counts the reports for which there was no place.
func (i *inbox) lost() int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.dropped
}

func (i *inbox) take() []datagram.Report {
	i.mu.Lock()
	defer i.mu.Unlock()
	reports := i.reports
	i.reports = nil
	return reports
}

// listen receives reports until ctx is done. Without the socket the log tells all but the
// exact grouping.
func (c *Cosyvoice) listen(ctx context.Context) {
	if err := c.listener.Run(ctx, c.inbox.put); err != nil {
		c.Log.Warnf("%v; syntheses are read from the logs from now on", err)
	}
}

// openSocket makes the socket for reports, if one is wanted and can be made.
func (c *Cosyvoice) openSocket() {
	if c.ReportSocket == "" {
		return
	}
	listener, err := datagram.New(c.ReportSocket, c.Log)
	if err != nil {
		c.Log.Infof("Servers cannot report their syntheses themselves, which is only an option: %v", err)
		return
	}
	c.listener = listener
}
