package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/stack"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/top"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func (t *tool) topCommand() *cobra.Command {
	var connect connection
	options := top.Options{Language: t.language}
	var local bool
	var config string
	every := 2 * time.Second
	command := &cobra.Command{
		Use:     "top [--on HOST | --local] [--every 2s]",
		Short:   words.TopShort.In(t.language),
		Long:    words.TopLong.In(t.language),
		Example: words.TopExample.In(t.language),
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case every < time.Second:
				return words.TopTooOften.With(every)
			case config != "" && !local:
				return words.TopConfigLocal.With()
			case options.Host != "" && local:
				return words.TopOnLocal.With()
			}
			return noArguments(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if local {
				plugin, err := stack.FindPlugin()
				if err != nil {
					return err
				}
				host, err := os.Hostname()
				if err != nil {
					return err
				}
				return top.Show(cmd.Context(), top.Local{Plugin: plugin, Config: config, Host: host, Every: every}, options, t.stdout)
			}
			finder, closeAll, err := connect.finder()
			if err != nil {
				return err
			}
			defer closeAll()
			return top.Show(cmd.Context(), top.History{Finder: finder, Every: every}, options, t.stdout)
		},
	}
	command.Flags().SortFlags = false
	command.Flags().BoolVar(&local, "local", false, words.FlagTopLocal.In(t.language))
	command.Flags().StringVar(&config, "config", "", words.FlagTopConfig.In(t.language))
	command.Flags().StringVar(&options.Host, "on", "", words.FlagOnHost.In(t.language))
	command.Flags().Var((*duration)(&every), "every", words.FlagTopEvery.In(t.language))
	connect.register(command.Flags(), t.language)
	return command
}
