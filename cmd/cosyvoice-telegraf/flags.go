package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

const help = `Watches CosyVoice speech servers, their processes and their GPU, and prints what it
sees as InfluxDB line protocol. Telegraf starts it (inputs.execd) and asks for a
reading by a newline on its standard input.

Usage:
  cosyvoice-telegraf [flags]
  cosyvoice-telegraf replay [flags] FILE...   what a server's log tells; see replay --help

Flags:
  --config FILE     settings; without it, defaults, which find everything themselves
  --interval 10s    read by its own clock instead of at each newline on stdin
  --once            print one reading and end: a list on a terminal, line protocol
                    elsewhere; exit code 0 if a server or a GPU was measured
  --aside           leave how far the logs were read, and the socket for reports, to a
                    plugin that runs at the same time: a second look that disturbs nothing
  --check-config    check the settings and end
  --print-config    print the settings with their defaults and end
  --debug           log more
  --version         print the version and end

It ends within a second at SIGTERM, at SIGINT and when its standard input ends. With
--interval only the end of a pipe does that: it goes on as a service, in the
background and with </dev/null.

Examples:
  cosyvoice-telegraf --once
  cosyvoice-telegraf --print-config > cosyvoice.conf
  cosyvoice-telegraf --config cosyvoice.conf --check-config
  cosyvoice-telegraf --interval 2s
  cosyvoice-telegraf replay --table cosyvoice.log
`

type options struct {
	config                                            string
	interval                                          time.Duration
	once, aside, checkConfig, printConfig, debug, ver bool
}

// parse returns flag.ErrHelp after it has printed the help that was asked for.
func parse(args []string, stdout io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("cosyvoice-telegraf", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.config, "config", "", "")
	flags.Func("interval", "", func(text string) (err error) {
		if o.interval, err = time.ParseDuration(text); err != nil || o.interval <= 0 {
			return errors.New("give a length of time such as 10s or 500ms")
		}
		return nil
	})
	flags.BoolVar(&o.once, "once", false, "")
	flags.BoolVar(&o.aside, "aside", false, "")
	flags.BoolVar(&o.checkConfig, "check-config", false, "")
	flags.BoolVar(&o.printConfig, "print-config", false, "")
	flags.BoolVar(&o.debug, "debug", false, "")
	flags.BoolVar(&o.ver, "version", false, "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, help)
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case err == nil && o.once && o.interval > 0:
		err = errors.New("--once and --interval exclude each other")
	}
	return o, err
}
