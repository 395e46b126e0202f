package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func (t *tool) forgetCommand() *cobra.Command {
	var connect connection
	command := &cobra.Command{
		Use:     "forget HOST",
		Short:   words.ForgetShort.In(t.language),
		Long:    words.ForgetLong.In(t.language),
		Example: words.ForgetExample.In(t.language),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return words.ForgetNeedsHost.With()
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			keeper, closeAll, err := connect.keeper()
			if err != nil {
				return err
			}
			defer closeAll()
			host, err := keeper.Forget(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			t.say(words.Forgotten, host.Name, host.Heard.Local().Format(time.DateTime))
			if time.Since(host.Heard) < time.Minute {
				t.say(words.ForgottenAlive)
			}
			return nil
		},
	}
	command.Flags().SortFlags = false
	connect.register(command.Flags(), t.language)
	return command
}
