// Command bench measures what the plugin costs, against Telegraf's own inputs in
// the same run, and what it takes from the work beside it. It prints the tables of
// docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const help = `Measures the plugin against Telegraf's own inputs, in real time, on this machine.

Flags:
  --ticks 6        ticks of 10 s to measure in each case; 0 for none
  --pairs 20       pairs of runs for the effect on other work, 10 or more; 0 for none
  --log-mb 100     size of the log to read, in MB; 0 for none
  --bin bin        folder with the built programs

The load of other programs makes all figures worse: leave the machine alone meanwhile.
`

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) == 2 && (args[0] == burnArgument || args[0] == wakeArgument) {
		n, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		if args[0] == wakeArgument {
			return wake(ctx, n)
		}
		burn(time.Duration(n) * time.Second)
		return nil
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Usage = func() { fmt.Print(help) }
	ticks := flags.Int("ticks", 6, "")
	pairs := flags.Int("pairs", 20, "")
	logSize := flags.Int64("log-mb", 100, "")
	bin := flags.String("bin", "bin", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *logSize < 0 {
		return fmt.Errorf("--log-mb must be 0 or more")
	}
	if *ticks < 0 || *pairs < 0 || *pairs > 0 && *pairs < leastPairs {
		return fmt.Errorf("--ticks must be 0 or more, and --pairs 0 or %d and more", leastPairs)
	}
	programs, err := filepath.Abs(*bin)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "cosyvoice-bench-")
	if err != nil {
		return err
	}
	defer func() {
		if err == nil { // else the logs are of use
			err = os.RemoveAll(dir)
		}
	}()
	l, err := newLab(ctx, dir, programs)
	if err != nil {
		return err
	}
	defer l.close()
	fmt.Println(l.machine())
	if *logSize > 0 {
		if err := l.logs(ctx, *logSize); err != nil {
			return err
		}
	}
	if *ticks > 0 {
		if err := l.costs(ctx, *ticks); err != nil {
			return err
		}
	}
	if err := l.firstPoint(ctx); err != nil {
		return err
	}
	if *pairs == 0 {
		return nil
	}
	return l.effect(ctx, *pairs)
}
