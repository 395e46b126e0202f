package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/history"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// keeper is the history of the InfluxDB that the flags mean; close gives its connections back.
func (c *connection) keeper() (keeper history.Keeper, close func(), err error) {
	server, settings, err := c.find()
	if err != nil {
		return history.Keeper{}, nil, err
	}
	client := influx.New(server.URL, server.Org, server.Token)
	return history.Keeper{Client: client, Params: settings.Rollups()}, client.Close, nil
}

func (t *tool) gapsCommand() *cobra.Command {
	var connect connection
	since := day
	var asJSON bool
	command := &cobra.Command{
		Use:     "gaps [--since 24h] [--json]",
		Short:   words.GapsShort.In(t.language),
		Long:    words.GapsLong.In(t.language),
		Example: words.GapsExample.In(t.language),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			keeper, closeAll, err := connect.keeper()
			if err != nil {
				return err
			}
			defer closeAll()
			now := time.Now()
			gaps, err := keeper.Gaps(cmd.Context(), now.Add(-since), now)
			if err != nil {
				return err
			}
			for _, g := range gaps {
				if g.Kind != history.Off {
					t.exitCode = exitFailed
				}
			}
			if asJSON {
				return writeJSON(t.stdout, gaps)
			}
			t.showGaps(gaps, since)
			return nil
		},
	}
	command.Flags().SortFlags = false
	command.Flags().Var((*duration)(&since), "since", words.FlagSince.In(t.language))
	command.Flags().BoolVar(&asJSON, "json", false, words.FlagJSON.In(t.language))
	connect.register(command.Flags(), t.language)
	return command
}

var gapTexts = map[history.Kind]words.Text{
	history.Off: words.GapOff, history.Lost: words.GapLost, history.Silent: words.GapSilent, history.NotRolledUp: words.GapNotRolledUp,
}

func (t *tool) showGaps(gaps []history.Gap, since time.Duration) {
	if len(gaps) == 0 {
		t.say(words.NoGaps, words.Span(since.Seconds()))
		return
	}
	rows := newTable()
	rows.AppendHeader(table.Row{words.ColumnHost.In(t.language), words.ColumnFrom.In(t.language), words.ColumnTo.In(t.language), words.ColumnWhat.In(t.language)})
	unrolled := false
	for _, g := range gaps {
		what := gapTexts[g.Kind].In(t.language)
		if g.Kind == history.NotRolledUp {
			unrolled = true
			what = words.GapNotRolledUp.With(g.Measurement, g.Minutes, g.Hours).In(t.language)
		}
		rows.AppendRow(table.Row{g.Host, g.From.Local().Format(time.DateTime), g.To.Local().Format(time.DateTime), what})
	}
	fmt.Fprintln(t.stdout, rows.Render())
	if unrolled {
		t.say(words.GapsHint)
	}
}

func (t *tool) backfillCommand() *cobra.Command {
	var connect connection
	var from, to, tier string
	var auto bool
	command := &cobra.Command{
		Use:     "backfill --from TIME [--to TIME] [--tier 1m|1h] | --auto",
		Short:   words.BackfillShort.In(t.language),
		Long:    words.BackfillLong.In(t.language),
		Example: words.BackfillExample.In(t.language),
		Args: func(_ *cobra.Command, args []string) error {
			if auto == (from != "") {
				return words.BackfillNeedsFrom.With()
			}
			if tier != "" && tier != rollup.Minutes && tier != rollup.Hours {
				return words.NoTier.With(tier)
			}
			return noArguments(nil, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			keeper, closeAll, err := connect.keeper()
			if err != nil {
				return err
			}
			defer closeAll()
			end := time.Now().Truncate(time.Hour)
			begin := end.Add(-keeper.Params.RawRetention).Add(time.Hour)
			if !auto {
				if begin, end, err = span(from, to, begin, end); err != nil {
					return err
				}
			}
			return t.backfill(cmd.Context(), keeper, begin, end, tier)
		},
	}
	command.Flags().SortFlags = false
	command.Flags().StringVar(&from, "from", "", words.FlagFrom.In(t.language))
	command.Flags().StringVar(&to, "to", "", words.FlagTo.In(t.language))
	command.Flags().StringVar(&tier, "tier", "", words.FlagTier.In(t.language))
	command.Flags().BoolVar(&auto, "auto", false, words.FlagAuto.In(t.language))
	connect.register(command.Flags(), t.language)
	return command
}

// span reads the two times and widens them to whole hours. Ticks are kept since oldest, and
// hours are over before newest.
func span(from, to string, oldest, newest time.Time) (begin, end time.Time, err error) {
	if begin, err = parseTime(from, time.Now()); err != nil {
		return begin, end, err
	}
	if end = newest; to != "" {
		if end, err = parseTime(to, time.Now()); err != nil {
			return begin, end, err
		}
		end = end.Add(time.Hour - 1)
	}
	begin, end = begin.Truncate(time.Hour), end.Truncate(time.Hour)
	if end.After(newest) {
		end = newest
	}
	switch {
	case begin.Before(oldest):
		return begin, end, words.BeforeRetention.With(from, oldest.Local().Format(time.DateTime))
	case !begin.Before(end):
		return begin, end, words.EmptySpan.With(begin.Local().Format(time.DateTime), end.Local().Format(time.DateTime))
	}
	return begin, end, nil
}

func (t *tool) backfill(ctx context.Context, keeper history.Keeper, begin, end time.Time, tier string) error {
	runs := 0
	left, err := keeper.Backfill(ctx, begin, end, tier, func(step history.Step) {
		runs++
		t.say(words.BackfillStep, step.Done, step.Total, step.Measurement, step.Until.Local().Format(time.DateTime))
	})
	if err != nil {
		return err
	}
	if len(left) > 0 {
		t.exitCode = exitFailed
		t.say(words.BackfillLeft, len(left), left[0].Host, left[0].Measurement, left[0].Start.Local().Format(time.DateTime))
		return nil
	}
	t.say(words.BackfillDone, runs, begin.Local().Format(time.DateTime), end.Local().Format(time.DateTime))
	return nil
}
