package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/influxdata/telegraf"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logfile"
)

const replayHelp = `Reads the log of a CosyVoice server and prints each synthesis and each event that it
tells, as the plugin would have written them: InfluxDB line protocol, or a table.

Usage:
  cosyvoice-telegraf replay [flags] FILE...

Several files are one server's, as its standard output and standard error, and are read
side by side in order of time. "-" is the standard input.

Flags:
  --table           a table for people instead of line protocol
  --tz ZONE         time zone of the log's times: a name or a POSIX rule (default: this
                    host's)
  --instance NAME   the points' tag instance (default: the first file's name)
  --text WHAT       what to keep of the texts: none, length, hash or full (default length)
  --lang LANG       language of the table: en or zh (default: of the locale)

The exit code is 0, or 1 if a file could not be read.

Examples:
  cosyvoice-telegraf replay --table cosyvoice.log
  cosyvoice-telegraf replay --tz Asia/Shanghai out.log err.log > points.lp
  zcat cosyvoice.log.2.gz | cosyvoice-telegraf replay --table -
`

type replayOptions struct {
	table    bool
	zone     *time.Location
	instance string
	text     synthesis.TextOption
	language words.Language
	files    []string
}

func parseReplay(args []string, stdout io.Writer) (replayOptions, error) {
	o := replayOptions{zone: time.Local, text: synthesis.TextLength, language: words.EnvironmentLanguage(os.Getenv)}
	flags := flag.NewFlagSet("cosyvoice-telegraf replay", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&o.table, "table", false, "")
	flags.Func("tz", "", func(name string) (err error) {
		o.zone, err = logfile.ParseZone(name)
		return err
	})
	flags.StringVar(&o.instance, "instance", "", "")
	flags.Func("text", "", func(name string) (err error) {
		o.text, err = synthesis.ParseText(name)
		return err
	})
	flags.Func("lang", "", func(name string) (err error) {
		o.language, err = words.ParseLanguage(name)
		return err
	})
	err := flags.Parse(args)
	switch o.files = flags.Args(); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, replayHelp)
	case err == nil && len(o.files) == 0:
		err = errors.New("give the log's file")
	case err == nil && o.instance == "":
		name := filepath.Base(o.files[0])
		o.instance = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return o, err
}

func replay(args []string, stdin, stdout *os.File, stderr io.Writer) int {
	o, err := parseReplay(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprint(stderr, execd.ErrorLines(fmt.Errorf("%w; see cosyvoice-telegraf replay --help", err)))
		return 2
	}
	if err := o.run(stdin, stdout, stderr); err != nil {
		fmt.Fprint(stderr, execd.ErrorLines(err))
		return 1
	}
	return 0
}

func (o *replayOptions) run(stdin, stdout *os.File, stderr io.Writer) error {
	progress := newProgress(stderr)
	logs, err := openLogs(o.files, stdin, progress)
	if err != nil {
		return err
	}
	defer closeAll(logs)
	out := bufio.NewWriterSize(stdout, 64<<10)
	read := o.print
	if o.table {
		read = o.tabulate
	}
	err = read(out, stderr, asLogs(logs))
	progress.end()
	return errors.Join(err, out.Flush())
}

// print writes the points as they are found.
func (o *replayOptions) print(out io.Writer, stderr io.Writer, logs []synthesis.Log) error {
	log := execd.NewLogger(stderr, telegraf.Info)
	defer log.Close()
	_, err := cosyvoice.Replay(execd.NewPrinter(out, log), o.instance, o.zone, o.text, logs)
	return err
}
