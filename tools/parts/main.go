// Command parts makes sure that the pinned programs, InfluxDB, Telegraf and Alertmanager,
// are there: it builds those that are neither on PATH nor built before.
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

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/parts"
)

const usage = `Usage: go run ./tools/parts [--print-path] [name...]

Finds the programs that run beside cosyvoice-telegraf (%s), on PATH
or in the cache (~/.cache/cosyvoice-telegraf/parts), and builds those that are in
neither. Without a name, all of them.

  --print-path   print only the paths on standard output, for scripts

Examples:
  go run ./tools/parts
  go run ./tools/parts telegraf
  influxd=$(go run ./tools/parts --print-path influxd)
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run prints a line for each part to out, and the progress of builds to progress.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("parts", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	printPath := flags.Bool("print-path", false, "")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(out, usage, strings.Join(parts.Names(), ", "))
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w; --help shows the usage", err)
	}
	names := flags.Args()
	if len(names) == 0 {
		names = parts.Names()
	}
	for _, name := range names {
		part, err := findOrBuild(ctx, name, progress)
		if err != nil {
			return err
		}
		if *printPath {
			fmt.Fprintln(out, part.Path)
		} else {
			fmt.Fprintf(out, "%s %s: %s\n", part.Name, part.Version, part.Path)
		}
	}
	return nil
}

func findOrBuild(ctx context.Context, name string, progress io.Writer) (parts.Part, error) {
	part, err := parts.Find(ctx, name)
	if missing := (*parts.MissingError)(nil); errors.As(err, &missing) {
		return parts.Build(ctx, name, progress)
	}
	return part, err
}
