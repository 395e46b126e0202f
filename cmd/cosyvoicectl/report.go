package main

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/report"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// How long a time a report can be about: as long as the history is kept.
const (
	shortestReport = 10 * time.Minute
	longestReport  = 730 * day
)

func (t *tool) reportCommand() *cobra.Command {
	var connect connection
	var output, host string
	since := day
	command := &cobra.Command{
		Use:     "report [--since 24h] [-o FILE]",
		Short:   words.ReportShort.In(t.language),
		Long:    words.ReportLong.In(t.language),
		Example: words.ReportExample.In(t.language),
		Args: func(cmd *cobra.Command, args []string) error {
			if since < shortestReport || since > longestReport {
				return words.ReportBadSpan.With((*duration)(&since))
			}
			return noArguments(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			finder, closeAll, err := connect.finder()
			if err != nil {
				return err
			}
			defer closeAll()
			made, err := t.readReport(cmd.Context(), cmd.ErrOrStderr(), report.Source{Finder: finder}, host, since)
			if err != nil {
				return err
			}
			page, err := made.HTML(t.language, version, time.Local)
			if err != nil {
				return err
			}
			if output == "-" {
				_, err = t.stdout.Write(page)
				return err
			}
			if err := files.Replace(output, page); err != nil {
				return err
			}
			t.say(words.ReportWritten, output, (len(page)+1023)/1024, made.Health.Sentence(t.language))
			return nil
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.Var((*duration)(&since), "since", words.FlagReportSince.In(t.language))
	flags.StringVarP(&output, "output", "o", "report.html", words.FlagOutput.In(t.language))
	flags.StringVar(&host, "on", "", words.FlagOnHost.In(t.language))
	connect.register(flags, t.language)
	return command
}

// readReport reads what is known of the host, or of the only one that there is.
func (t *tool) readReport(ctx context.Context, progress io.Writer, source report.Source, host string, since time.Duration) (*report.Report, error) {
	now := time.Now()
	from := now.Add(-since)
	hosts, err := source.Hosts(ctx, from, now)
	if err != nil {
		return nil, err
	}
	span := words.Span(since.Seconds())
	switch {
	case host != "" && !slices.Contains(hosts, host):
		return nil, words.ReportSilent.With(host, span)
	case len(hosts) == 0:
		return nil, words.ReportSilent.With(words.ReportAnyHost, span)
	case host == "" && len(hosts) > 1:
		return nil, words.ReportWhichHost.With(strings.Join(hosts, ", "))
	case host == "":
		host = hosts[0]
	}
	printer := words.NewPrinter(progress, t.language)
	return source.Read(ctx, host, from, now, func(number, of int, what words.Text) { printer.Say(words.ReportReading, number, of, what) })
}
