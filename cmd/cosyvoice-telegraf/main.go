// Command cosyvoice-telegraf watches CosyVoice speech servers as an external
// plugin of Telegraf.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // for hosts without time zones

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/plugins/inputs"
	"golang.org/x/term"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/config"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/footprint"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
)

// version is set by the linker.
var version = "dev"

// startTime is when what the start needs is not needed any more.
const startTime = 30 * time.Second

// nvmlChild is the argument that makes this program the child that calls NVML.
const nvmlChild = "nvml-child"

func main() {
	if len(os.Args) == 3 && os.Args[1] == nvmlChild {
		os.Exit(runNVMLChild(os.Args[2]))
	}
	if len(os.Args) > 1 && os.Args[1] == "replay" {
		os.Exit(replay(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// runNVMLChild is the other process. The end of its input ends it at once: it may
// be stuck in the driver then. No signal does: a service manager sends them to all
// processes at once, and the parent would report the death of its child.
func runNVMLChild(library string) int {
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	defer time.AfterFunc(startTime, footprint.Trim).Stop()
	if err := gpu.RunChild(context.Background(), library, os.Stdin, os.Stdout, func() { os.Exit(0) }); err != nil {
		return 1
	}
	return 0
}

func run(args []string, stdin, stdout *os.File, stderr io.Writer) int {
	o, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprint(stderr, execd.ErrorLines(fmt.Errorf("%w; see cosyvoice-telegraf --help", err)))
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
	if err := prepare(input, o.config, o.once || o.aside, log); err != nil {
		fmt.Fprint(stderr, execd.ErrorLines(err))
		return 1
	}
	if o.checkConfig {
		fmt.Fprintln(stdout, "the settings are good")
		return 0
	}

	// A Telegraf that died breaks the pipe; the end of stdin then ends the program in
	// order.
	signal.Ignore(syscall.SIGPIPE)
	// It mostly waits: a second running thread would wake up beside the first to look
	// for work, and find none. And it allocates so little that a small heap costs nothing.
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(25)
	defer time.AfterFunc(startTime, footprint.Trim).Stop()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	runner := &execd.Runner{Input: input, Stdout: stdout, Log: log, Interval: o.interval}
	input.RunnerStats = runner.Stats
	if o.once {
		return once(ctx, runner, input, stdout, stderr)
	}
	if runner.Stdin, err = askedBy(stdin, o.interval, log); err != nil {
		fmt.Fprint(stderr, execd.ErrorLines(err))
		return 2
	}
	if err := runner.Run(ctx); err != nil {
		log.Errorf("%v", err)
		return 1
	}
	return 0
}

// prepare applies the settings to the input and checks them. A reading aside remembers
// nothing of the logs and leaves the socket to the program that goes on.
func prepare(input *cosyvoice.Cosyvoice, path string, aside bool, log telegraf.Logger) error {
	if path != "" {
		if err := config.Load(path, "cosyvoice", input); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program's own path: %w", err)
	}
	if aside {
		input.StateFile, input.ReportSocket = "", ""
	} else {
		input.StateFile = cmp.Or(input.StateFile, defaultStateFile())
		input.ReportSocket = cmp.Or(input.ReportSocket, os.Getenv(datagram.PathVariable), datagram.DefaultPath)
	}
	input.Log = log
	input.NVMLChild = []string{self, nvmlChild}
	if err := input.Init(); err != nil {
		return fmt.Errorf("%s: %w", path, err) // without a file, the settings are good
	}
	return nil
}

func once(ctx context.Context, runner *execd.Runner, input *cosyvoice.Cosyvoice, stdout *os.File, stderr io.Writer) int {
	var lines bytes.Buffer
	runner.Stdout = &lines
	points, err := runner.Once(ctx, input.Warm)
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted before the reading was complete")
	}
	if printErr := printReading(stdout, lines.Bytes()); err == nil {
		err = printErr
	}
	if err != nil {
		fmt.Fprint(stderr, execd.ErrorLines(err))
		return 1
	}
	if points["cosyvoice_gpu"] == 0 && points["cosyvoice_service"] == 0 {
		fmt.Fprintln(stderr, "W! Neither a CosyVoice server nor a GPU was found; only the host was measured. "+
			"A server that runs but is not found can be named in the settings: cosyvoice-telegraf --print-config")
		return 1
	}
	return 0
}

func printReading(stdout *os.File, points []byte) error {
	if term.IsTerminal(int(stdout.Fd())) {
		return list(stdout, points)
	}
	_, err := stdout.Write(points)
	return err
}
