package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/influxdata/telegraf"
	"golang.org/x/term"
)

// askedBy returns what of stdin the runner is to read. With a clock of its own the
// program reads only a pipe, whose end says that whoever started it is gone. A
// service manager's /dev/null ends at once and says nothing, and reading a terminal
// would stop a program in the background.
func askedBy(stdin *os.File, interval time.Duration, log telegraf.Logger) (io.Reader, error) {
	info, err := stdin.Stat()
	if err != nil {
		return nil, fmt.Errorf("looking at standard input: %w", err)
	}
	kind := info.Mode()
	switch {
	case interval > 0 && kind&(os.ModeNamedPipe|os.ModeSocket) == 0:
		return nil, nil
	case interval > 0:
	case term.IsTerminal(int(stdin.Fd())):
		log.Info("Press Enter for a reading and Ctrl-C to end; --once prints one, --interval reads by its own clock")
	case kind&os.ModeCharDevice != 0:
		return nil, errors.New("nobody asks for readings: standard input is neither a pipe nor a terminal; " +
			"give --interval 10s to read by its own clock, or --once for one reading")
	}
	return stdin, nil
}
