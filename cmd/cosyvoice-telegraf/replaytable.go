package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
)

// tabulate prints a table of the syntheses, and sums.
func (o *replayOptions) tabulate(out io.Writer, _ io.Writer, logs []synthesis.Log) error {
	tracker := synthesis.NewTracker(o.text, synthesis.State{})
	var all []synthesis.Synthesis
	counters, err := synthesis.Replay(tracker, o.zone, logs, func() {
		all = append(all, tracker.Take().Syntheses...)
	})
	if len(all) == 0 {
		fmt.Fprintln(out, words.ReplayNothing.In(o.language))
	} else {
		fmt.Fprintf(out, "%s\n\n%s\n", o.rows(all), o.totals(all))
	}
	fmt.Fprintln(out, words.ReplayReading.With(counters.Lines, counters.Understood, counters.Suspicious,
		counters.InferredYields, counters.Yields, counters.UnseenYields).In(o.language))
	return err
}

func (o *replayOptions) rows(all []synthesis.Synthesis) string {
	rows := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	rows.SetStyle(style)
	rows.SuppressTrailingSpaces()
	var columns []table.ColumnConfig
	for number := 5; number <= 11; number++ {
		columns = append(columns, table.ColumnConfig{Number: number, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	rows.SetColumnConfigs(columns)
	header := table.Row{}
	for _, head := range []words.Text{
		words.ReplayEnd, words.ReplayMode, words.ReplayOutcome, words.ReplayWay,
		words.ReplayDuration, words.ReplayFirstChunk, words.ReplayAudio, words.ReplayRTF,
		words.ReplaySegments, words.ReplayCharacters, words.ReplayConcurrency, words.ReplayGrouping,
	} {
		header = append(header, head.In(o.language))
	}
	rows.AppendHeader(header)
	for i := range all {
		rows.AppendRow(o.row(&all[i]))
	}
	return rows.Render()
}

func (o *replayOptions) row(s *synthesis.Synthesis) table.Row {
	way, grouping := words.ReplayWhole, words.ReplayExact
	if s.Streaming {
		way = words.ReplayStream
	}
	if s.Inferred {
		grouping = words.ReplayInferred
	}
	characters := "–"
	if s.Characters != nil {
		characters = fmt.Sprint(*s.Characters)
	}
	return table.Row{
		s.End.In(o.zone).Format("2006-01-02 15:04:05.000"), orDash(string(s.Mode)), o.outcome(s), way.In(o.language),
		fmt.Sprintf("%.2f s", s.End.Sub(s.Start).Seconds()), figure(s.FirstChunkSeconds, "%.2f s"),
		fmt.Sprintf("%.2f s", s.AudioSeconds), figure(s.RTF(), "%.3f"),
		s.Segments, characters, fmt.Sprintf("%.1f", s.ConcurrencyMean), grouping.In(o.language),
	}
}

func (o *replayOptions) outcome(s *synthesis.Synthesis) string {
	name := map[synthesis.Outcome]words.Text{
		synthesis.OK: words.ReplayOK, synthesis.Failed: words.ReplayFailed,
		synthesis.Abandoned: words.ReplayAbandoned, synthesis.Stuck: words.ReplayStuck,
	}[s.Outcome]
	if s.Outcome == synthesis.OK && s.Error != "" {
		name = words.ReplayCutShort
	}
	return strings.TrimSpace(name.In(o.language) + " " + string(s.Error))
}

func (o *replayOptions) totals(all []synthesis.Synthesis) string {
	count := map[synthesis.Outcome]int{}
	var audio, compute float64
	for _, s := range all {
		count[s.Outcome]++
		audio, compute = audio+s.AudioSeconds, compute+s.ComputeSeconds
	}
	rtf := 0.0
	if audio > 0 {
		rtf = compute / audio
	}
	return words.ReplayTotals.With(len(all), count[synthesis.OK], count[synthesis.Failed],
		count[synthesis.Abandoned], count[synthesis.Stuck], audio, compute, rtf).In(o.language)
}

func figure(value *float64, format string) string {
	if value == nil {
		return "–"
	}
	return fmt.Sprintf(format, *value)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
