package execd

import (
	"io"

	"github.com/influxdata/telegraf"
)

// NewPrinter returns an accumulator that writes each point to out at once, as a line of
// line protocol, for a program that gathers by itself. Errors of out are not looked at:
// give it a bufio.Writer, which keeps the first.
func NewPrinter(out io.Writer, log telegraf.Logger) telegraf.Accumulator {
	return &accumulator{log: log, counters: &counters{}, emit: func(_ string, line []byte) { out.Write(line) }}
}
