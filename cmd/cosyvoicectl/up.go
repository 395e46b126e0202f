package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/stack"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func (t *tool) upCommand() *cobra.Command {
	options := stack.Options{Version: version, Say: words.NewPrinter(t.stdout, t.language)}
	var dir string
	command := &cobra.Command{
		Use:     "up [--state DIR] [--demo]",
		Short:   words.UpShort.In(t.language),
		Long:    words.UpLong.In(t.language),
		Example: words.UpExample.In(t.language),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if options.Folder, err = stateFolder(dir); err != nil {
				return err
			}
			if options.Programs, err = stack.FindPrograms(cmd.Context(), options.Demo); err != nil {
				return err
			}
			return stack.Up(cmd.Context(), t.kill, options)
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.StringVar(&dir, "state", defaultState(), words.FlagState.In(t.language))
	options.InfluxPort, options.SimPort = 8086, 50000
	flags.Var((*port)(&options.InfluxPort), "influx-port", words.FlagInfluxPort.In(t.language))
	flags.BoolVar(&options.Demo, "demo", false, words.FlagDemo.In(t.language))
	flags.Var((*port)(&options.SimPort), "sim-port", words.FlagSimPort.In(t.language))
	flags.StringVar(&options.Scenario, "scenario", "steady", words.FlagScenario.In(t.language))
	flags.Uint64Var(&options.Seed, "seed", 1, words.FlagSeed.In(t.language))
	return command
}

// defaultState follows the XDG base directory specification.
func defaultState() string {
	base := os.Getenv("XDG_STATE_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "cosyvoice-telegraf"
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(base, "cosyvoice-telegraf")
}

// stateFolder makes the path absolute, since the parts run in other folders.
func stateFolder(dir string) (stack.Folder, error) {
	absolute, err := filepath.Abs(dir)
	return stack.Folder(absolute), err
}
