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
		Use:     "up [--state DIR] [--demo [--history 30d]]",
		Short:   words.UpShort.In(t.language),
		Long:    words.UpLong.In(t.language),
		Example: words.UpExample.In(t.language),
		Args: func(cmd *cobra.Command, args []string) error {
			for _, name := range []string{flagSimPort, flagScenario, flagSeed, flagHistory} {
				if !options.Demo && cmd.Flags().Changed(name) {
					return words.FlagNeedsDemo.With(flagText(name))
				}
			}
			return noArguments(cmd, args)
		},
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
	options.InfluxPort, options.SimPort, options.Scenario = 8086, 50000, "steady"
	flags.Var((*port)(&options.InfluxPort), "influx-port", words.FlagInfluxPort.In(t.language))
	flags.BoolVar(&options.Demo, "demo", false, words.FlagDemo.In(t.language))
	flags.Var((*port)(&options.SimPort), flagSimPort, words.FlagSimPort.In(t.language))
	flags.Var((*scenario)(&options.Scenario), flagScenario, words.FlagScenario.In(t.language))
	flags.Uint64Var(&options.Seed, flagSeed, 1, words.FlagSeed.In(t.language))
	flags.Var((*historyLength)(&options.History), flagHistory, words.FlagHistory.In(t.language))
	return command
}

// Flags that only mean something with --demo.
const (
	flagSimPort  = "sim-port"
	flagScenario = "scenario"
	flagSeed     = "seed"
	flagHistory  = "history"
)

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
