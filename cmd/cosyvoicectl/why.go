package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// finder asks the InfluxDB that the flags mean; close gives its connections back.
func (c *connection) finder() (finder diagnosis.Finder, close func(), err error) {
	server, settings, err := c.find()
	if err != nil {
		return diagnosis.Finder{}, nil, err
	}
	client := influx.New(server.URL, server.Org, server.Token)
	return settings.Finder(client), client.Close, nil
}

func (t *tool) whyCommand() *cobra.Command {
	var connect connection
	var question diagnosis.Question
	var at string
	var since time.Duration
	var asJSON bool
	command := &cobra.Command{
		Use:     "why [--at TIME | --request ID | --since 24h] [--json]",
		Short:   words.WhyShort.In(t.language),
		Long:    words.WhyLong.In(t.language),
		Example: words.WhyExample.In(t.language),
		Args: func(cmd *cobra.Command, args []string) error {
			given := 0
			for _, name := range []string{"at", "request", "since"} {
				if cmd.Flags().Changed(name) {
					given++
				}
			}
			if given > 1 {
				return words.OneQuestion.With()
			}
			return noArguments(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			now := time.Now()
			if at != "" {
				var err error
				if question.At, err = parseTime(at, now); err != nil {
					return err
				}
				if question.At.After(now) {
					return words.TimeToCome.With(question.At.Format(time.DateTime))
				}
			}
			finder, closeAll, err := connect.finder()
			if err != nil {
				return err
			}
			defer closeAll()
			if since > 0 {
				summary, err := finder.Since(cmd.Context(), now.Add(-since), now, question.Host)
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(t.stdout, summary)
				}
				t.showSummary(summary)
				return nil
			}
			answer, err := finder.Why(cmd.Context(), question, now)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(t.stdout, answer)
			}
			whyView{answer, t.language, t.stdout}.show()
			return nil
		},
	}
	command.Flags().SortFlags = false
	command.Flags().StringVar(&at, "at", "", words.FlagAt.In(t.language))
	command.Flags().StringVar(&question.Request, "request", "", words.FlagRequest.In(t.language))
	command.Flags().Var((*duration)(&since), "since", words.FlagWhySince.In(t.language))
	command.Flags().StringVar(&question.Host, "on", "", words.FlagOnHost.In(t.language))
	command.Flags().BoolVar(&asJSON, "json", false, words.FlagJSON.In(t.language))
	connect.register(command.Flags(), t.language)
	return command
}
