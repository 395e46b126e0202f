package synthesis

import "github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"

// Counters tell how well logs were understood.
type Counters struct {
	Bytes, Lines           int64
	Understood, Suspicious int64 // lines
	TooLong                int64 // lines that were cut
	Yields                 int64 // of the syntheses
	InferredYields         int64
	UnseenYields           int64 // of requests that began before the reading
	FaultsDropped          int64 // too many at once to be told
}

// Add adds those of another server.
func (c *Counters) Add(other Counters) {
	c.Bytes += other.Bytes
	c.Lines += other.Lines
	c.Understood += other.Understood
	c.Suspicious += other.Suspicious
	c.TooLong += other.TooLong
	c.Yields += other.Yields
	c.InferredYields += other.InferredYields
	c.UnseenYields += other.UnseenYields
	c.FaultsDropped += other.FaultsDropped
}

func (c *Counters) add(l logline.Counters) {
	c.Bytes += l.Bytes
	c.Lines += l.Lines
	c.Understood += l.Understood
	c.Suspicious += l.Suspicious
	c.TooLong += l.TooLong
}

func (c *Counters) addTracker(t *Tracker) {
	c.Yields += t.yields
	c.InferredYields += t.inferred
	c.UnseenYields += t.unseen
	c.FaultsDropped += t.faultsDropped
}
