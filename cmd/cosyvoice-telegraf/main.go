// Command cosyvoice-telegraf watches CosyVoice speech servers as an external
// plugin of Telegraf.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/plugins/inputs"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/config"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
)

// version is set by the linker.
var version = "dev"

// nvmlChild is the argument that makes this program the child that calls NVML.
const nvmlChild = "nvml-child"

const help = `Watches CosyVoice speech servers, their processes and their GPU, and prints what it
sees as InfluxDB line protocol. Telegraf starts it (inputs.execd) and asks for a
reading by a newline on its standard input.

Usage:
  cosyvoice-telegraf [flags]

Flags:
  --config FILE     settings; without it, defaults, which find everything themselves
  --interval 10s    read by its own clock instead of at each newline on stdin
  --once            print one reading and end; exit code 0 if a server or a GPU was measured
  --check-config    check the settings and end
  --print-config    print the settings with their defaults and end
  --debug           log more
  --version         print the version and end

Examples:
  cosyvoice-telegraf --once
  cosyvoice-telegraf --print-config > cosyvoice.conf
  cosyvoice-telegraf --config cosyvoice.conf --check-config
  cosyvoice-telegraf --interval 2s
`

type options struct {
	config                                     string
	interval                                   time.Duration
	once, checkConfig, printConfig, debug, ver bool
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == nvmlChild {
		os.Exit(runNVMLChild(os.Args[2]))
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// runNVMLChild is the other process. The end of its input ends it at once: it may
// be stuck in the driver then.
func runNVMLChild(library string) int {
	if err := gpu.RunChild(context.Background(), library, os.Stdin, os.Stdout, func() { os.Exit(0) }); err != nil {
		return 1
	}
	return 0
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintf(stderr, "E! %v; see cosyvoice-telegraf --help\n", err)
		return 2
	}
	if o.ver {
		fmt.Fprintln(stdout, "cosyvoice-telegraf", version)
		return 0
	}
	input := inputs.Inputs["cosyvoice"]().(*cosyvoice.Cosyvoice)
	if o.printConfig {
		fmt.Fprint(stdout, input.SampleConfig())
		return 0
	}

	level := telegraf.Info
	if o.debug {
		level = telegraf.Debug
	}
	log := execd.NewLogger(stderr, level)
	defer log.Close()
	if err := prepare(input, o.config, log); err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			log.Error(line)
		}
		return 1
	}
	if o.checkConfig {
		fmt.Fprintln(stdout, "the settings are good")
		return 0
	}

	// A Telegraf that died breaks the pipe; the end of stdin then ends the program in
	// order.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	runner := &execd.Runner{Input: input, Stdin: stdin, Stdout: stdout, Log: log, Interval: o.interval}
	input.RunnerStats = runner.Stats
	if o.once {
		return once(ctx, runner, input, stderr)
	}
	if err := runner.Run(ctx); err != nil {
		log.Errorf("%v", err)
		return 1
	}
	return 0
}

func parse(args []string, stdout io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("cosyvoice-telegraf", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.config, "config", "", "")
	flags.DurationVar(&o.interval, "interval", 0, "")
	flags.BoolVar(&o.once, "once", false, "")
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
	case err == nil && o.interval < 0:
		err = fmt.Errorf("--interval is %s; give a length of time such as 10s", o.interval)
	}
	return o, err
}

// prepare applies the settings to the input and checks them.
func prepare(input *cosyvoice.Cosyvoice, path string, log telegraf.Logger) error {
	if path != "" {
		if err := config.Load(path, "cosyvoice", input); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program's own path: %w", err)
	}
	input.Log = log
	input.NVMLChild = []string{self, nvmlChild}
	return input.Init()
}

// onceLimit bounds --once: a card without persistence mode takes seconds to wake.
const onceLimit = 15 * time.Second

func once(ctx context.Context, runner *execd.Runner, input *cosyvoice.Cosyvoice, stderr io.Writer) int {
	ctx, cancel := context.WithTimeout(ctx, onceLimit)
	defer cancel()
	points, err := runner.Once(ctx, input.Warm)
	if err != nil {
		fmt.Fprintf(stderr, "E! %v\n", err)
		return 1
	}
	if points["cosyvoice_gpu"] == 0 && points["cosyvoice_service"] == 0 {
		fmt.Fprintln(stderr, "W! Neither a CosyVoice server nor a GPU was found; only the host was measured. "+
			"A server that runs but is not found can be named in the settings: cosyvoice-telegraf --print-config")
		return 1
	}
	return 0
}
