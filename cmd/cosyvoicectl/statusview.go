package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/stack"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// statusView lays a status out for people.
type statusView struct {
	status   *stack.Status
	language words.Language
	colours  bool
}

func showStatus(w io.Writer, status *stack.Status, language words.Language) error {
	file, isFile := w.(*os.File)
	view := statusView{status: status, language: language, colours: isFile && term.IsTerminal(int(file.Fd()))}
	blocks := []string{view.heading(), view.parts(), view.data(), view.verdict()}
	blocks = slices.DeleteFunc(blocks, func(block string) bool { return block == "" })
	_, err := fmt.Fprintln(w, strings.Join(blocks, "\n\n"))
	return err
}

func (v statusView) heading() string {
	if !v.status.Running {
		return words.StatusStopped.With(string(v.status.Folder)).In(v.language)
	}
	return words.StatusRunning.With(words.Span(v.status.UptimeSeconds), string(v.status.Folder)).In(v.language)
}

func (v statusView) parts() string {
	rows := newTable()
	for _, part := range v.status.Parts {
		if part.Running {
			state := v.paint(text.FgGreen, words.StateRunning.In(v.language))
			if part.Paused {
				state = v.paint(text.FgRed, words.StatePaused.In(v.language))
			}
			rows.AppendRow(table.Row{part.Name, part.Version, state, "pid " + strconv.Itoa(part.PID), words.Span(part.UptimeSeconds).In(v.language)})
		} else {
			rows.AppendRow(table.Row{part.Name, part.Version, v.paint(text.FgRed, words.StateDown.In(v.language)), "", ""})
		}
	}
	return rows.Render()
}

// data are the buckets and the readings.
func (v statusView) data() string {
	rows := newTable()
	for _, bucket := range v.status.Buckets {
		age := words.NeverWritten.With()
		if bucket.LastWrite != nil {
			age = words.LastWrite.With(words.Span(time.Since(*bucket.LastWrite).Seconds()))
		}
		rows.AppendRow(table.Row{words.BucketLabel.With(bucket.Name).In(v.language), age.In(v.language)})
	}
	if r := v.status.Readings; r != nil {
		host := words.HostReading.With(number(r.CPUPercent), number(r.MemoryUsedMiB), number(r.MemoryTotalMiB))
		rows.AppendRow(table.Row{words.HostLabel.In(v.language), host.In(v.language)})
		rows.AppendRow(table.Row{words.GPULabel.In(v.language) + v.mark(v.status.Simulated.GPU), v.gpu(r)})
		for _, server := range r.Servers {
			label := words.ServerLabel.With(server.Instance).In(v.language) + v.mark(v.status.Simulated.Server)
			rows.AppendRow(table.Row{label, v.server(server)})
		}
	}
	return rows.Render()
}

func (v statusView) gpu(r *stack.Readings) string {
	if r.GPUMemoryUsedMiB == nil && len(r.GPUs) == 0 {
		return words.GPUNone.In(v.language)
	}
	return words.GPUReading.With(number(r.GPUMemoryUsedMiB), number(r.GPUMemoryTotalMiB),
		number(r.GPUUtilization), number(r.GPUTemperatureC)).In(v.language)
}

func (v statusView) server(server stack.Server) string {
	state := server.State
	if known, ok := words.ServerStates[state]; ok {
		state = known.In(v.language)
	}
	colour := text.FgGreen
	if !server.Up || server.State == "stuck" {
		colour = text.FgRed
	}
	fields := []string{v.paint(colour, state)}
	if server.Up && server.UptimeSeconds != nil {
		fields = append(fields, words.Span(*server.UptimeSeconds).In(v.language))
	}
	if server.Version != "" {
		fields = append(fields, server.Version)
	}
	return strings.Join(fields, "  ")
}

// verdict is one sentence a problem, or that there is none.
func (v statusView) verdict() string {
	if len(v.status.Problems) == 0 {
		return v.paint(text.FgGreen, "✓ ") + words.StatusHealthy.In(v.language)
	}
	lines := make([]string, len(v.status.Problems))
	for i, problem := range v.status.Problems {
		lines[i] = v.paint(text.FgRed, "✗ ") + problem.In(v.language)
	}
	return strings.Join(lines, "\n")
}

func (v statusView) mark(simulated bool) string {
	if simulated {
		return words.SimulatedMark.In(v.language)
	}
	return ""
}

func (v statusView) paint(colour text.Color, s string) string {
	if !v.colours {
		return s
	}
	return text.Colors{colour}.Sprint(s)
}

func newTable() table.Writer {
	rows := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "   "
	rows.SetStyle(style)
	rows.SuppressTrailingSpaces()
	return rows
}

// number writes a reading; an unknown one is a dash.
func number(value *float64) string {
	if value == nil {
		return "–"
	}
	return strconv.FormatFloat(*value, 'f', 0, 64)
}
