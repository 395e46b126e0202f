package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func (t *tool) planCommand() *cobra.Command {
	var connect connection
	var options reconcile.Options
	var asJSON, diff bool
	command := &cobra.Command{
		Use:     "plan [--diff] [--json]",
		Short:   words.PlanShort.In(t.language),
		Long:    words.PlanLong.In(t.language),
		Example: words.PlanExample.In(t.language),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, plan, err := connect.plan(cmd.Context(), options)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(t.stdout, plan.Changes)
			}
			view := planView{t, diff}
			view.all(plan)
			return nil
		},
	}
	command.Flags().SortFlags = false
	command.Flags().BoolVar(&diff, "diff", false, words.FlagDiff.In(t.language))
	command.Flags().BoolVar(&asJSON, "json", false, words.FlagJSON.In(t.language))
	allow(command, &options, t.language)
	connect.register(command.Flags(), t.language)
	return command
}

func (t *tool) applyCommand() *cobra.Command {
	var connect connection
	var options reconcile.Options
	command := &cobra.Command{
		Use:     "apply [--force] [--allow-data-loss] [--adopt]",
		Short:   words.ApplyShort.In(t.language),
		Long:    words.ApplyLong.In(t.language),
		Example: words.ApplyExample.In(t.language),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, plan, err := connect.plan(cmd.Context(), options)
			if err != nil {
				return err
			}
			view := planView{tool: t}
			left := view.left(plan)
			if err := server.Apply(cmd.Context(), plan, view.made); err != nil {
				return err
			}
			view.applied(plan, server)
			if left > 0 {
				t.exitCode = exitFailed
			}
			return nil
		},
	}
	command.Flags().SortFlags = false
	allow(command, &options, t.language)
	connect.register(command.Flags(), t.language)
	return command
}

// allow are the flags by which a user allows what is refused without them.
func allow(command *cobra.Command, options *reconcile.Options, language words.Language) {
	flags := command.Flags()
	flags.BoolVar(&options.Force, "force", false, words.FlagForce.In(language))
	flags.BoolVar(&options.AllowDataLoss, "allow-data-loss", false, words.FlagAllowDataLoss.In(language))
	flags.BoolVar(&options.Adopt, "adopt", false, words.FlagAdopt.In(language))
}

func (c *connection) plan(ctx context.Context, options reconcile.Options) (reconcile.Server, *reconcile.Plan, error) {
	server, desired, err := c.open()
	if err != nil {
		return server, nil, err
	}
	plan, err := server.Plan(ctx, desired, options)
	return server, plan, err
}

func (t *tool) destroyCommand() *cobra.Command {
	var connect connection
	var prune []string
	var yes bool
	command := &cobra.Command{
		Use:     "destroy --yes [--prune-data BUCKET]",
		Short:   words.DestroyShort.In(t.language),
		Long:    words.DestroyLong.In(t.language),
		Example: words.DestroyExample.In(t.language),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, desired, err := connect.open()
			if err != nil {
				return err
			}
			plan, err := server.PlanDestroy(cmd.Context(), desired, prune)
			if err != nil {
				return err
			}
			view := planView{tool: t}
			if !yes {
				view.all(plan)
				t.exitCode = exitFailed
				view.say(words.DestroyNeedsYes)
				return nil
			}
			return server.Apply(cmd.Context(), plan, view.made)
		},
	}
	command.Flags().SortFlags = false
	command.Flags().BoolVar(&yes, "yes", false, words.FlagYes.In(t.language))
	command.Flags().StringArrayVar(&prune, "prune-data", nil, words.FlagPruneData.In(t.language))
	connect.register(command.Flags(), t.language)
	return command
}

func (t *tool) rotateTokenCommand() *cobra.Command {
	var connect connection
	command := &cobra.Command{
		Use:     "rotate-token NAME",
		Short:   words.RotateShort.In(t.language),
		Long:    words.RotateLong.In(t.language),
		Example: words.RotateExample.In(t.language),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return words.TokenNameMissing.With()
			}
			return noArguments(nil, args[1:])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			server, desired, err := connect.open()
			if err != nil {
				return err
			}
			if err := server.RotateToken(cmd.Context(), desired, args[0]); err != nil {
				return err
			}
			for _, token := range desired.Tokens {
				if token.Name == args[0] {
					view := planView{tool: t}
					view.say(words.TokenRotated, token.Name, server.Secrets.Path(token))
				}
			}
			return nil
		},
	}
	connect.register(command.Flags(), t.language)
	return command
}
