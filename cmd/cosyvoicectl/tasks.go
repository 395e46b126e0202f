package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/history"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func (t *tool) tasksCommand() *cobra.Command {
	var connect connection
	var asJSON bool
	command := &cobra.Command{
		Use:     "tasks [--json]",
		Short:   words.TasksShort.In(t.language),
		Long:    words.TasksLong.In(t.language),
		Example: words.TasksExample.In(t.language),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			keeper, closeAll, err := connect.keeper()
			if err != nil {
				return err
			}
			defer closeAll()
			tasks, err := keeper.Tasks(cmd.Context())
			if err != nil {
				return err
			}
			findings, err := keeper.Findings(cmd.Context())
			if err != nil {
				return err
			}
			for _, task := range tasks {
				if task.Error != "" || !task.Active {
					t.exitCode = exitFailed
				}
			}
			problems := problems(findings)
			watch := watched(tasks, findings)
			if len(problems) > 0 || watch != nil && !errors.Is(watch, words.NotYetWatched.With()) {
				t.exitCode = exitFailed
			}
			if asJSON {
				return writeJSON(t.stdout, struct {
					Tasks    []history.Task    `json:"tasks"`
					Findings []history.Finding `json:"findings"`
				}{tasks, findings})
			}
			t.showTasks(tasks)
			for _, problem := range problems {
				fmt.Fprintln(t.stdout, problem.In(t.language))
			}
			switch {
			case watch != nil:
				fmt.Fprintln(t.stdout, words.Explain(watch, t.language))
			case len(problems) == 0:
				t.say(words.NothingFound)
			}
			return nil
		},
	}
	command.Flags().SortFlags = false
	command.Flags().BoolVar(&asJSON, "json", false, words.FlagJSON.In(t.language))
	connect.register(command.Flags(), t.language)
	return command
}

func (t *tool) showTasks(tasks []history.Task) {
	rows := newTable()
	var head table.Row
	for _, text := range []words.Text{words.ColumnTask, words.ColumnEvery, words.ColumnLastRun, words.ColumnTook, words.ColumnResult} {
		head = append(head, text.In(t.language))
	}
	rows.AppendHeader(head)
	for _, task := range tasks {
		ran, took, result := "–", "–", words.TaskNeverRan.In(t.language)
		if !task.LastRun.IsZero() {
			ran, took, result = task.LastRun.Local().Format(time.DateTime), fmt.Sprintf("%.2f s", task.Seconds), task.Result
		}
		if task.Error != "" {
			result = task.Error
		}
		if !task.Active {
			result = words.TaskInactive.In(t.language)
		}
		rows.AppendRow(table.Row{task.Name, task.Every, ran, took, result})
	}
	fmt.Fprintln(t.stdout, rows.Render())
}

// watched is nil if the task that watches over the history told something of late, and why it did
// not else.
func watched(tasks []history.Task, findings []history.Finding) error {
	i := slices.IndexFunc(tasks, func(task history.Task) bool { return task.Name == rollup.HealthTask })
	switch {
	case len(findings) > 0:
		return nil
	case i < 0:
		return words.NoWatch.With(rollup.HealthTask)
	case tasks[i].LastRun.IsZero() && tasks[i].Active:
		return words.NotYetWatched.With(rollup.HealthTask)
	}
	return words.Unwatched.With(rollup.HealthTask, tasks[i].LastRun.Local().Format(time.DateTime))
}

// problems are the findings that are not ok, in words.
func problems(findings []history.Finding) (told []words.Message) {
	for _, f := range findings {
		if f.Level == "ok" {
			continue
		}
		switch f.Code {
		case "tasks_failing":
			told = append(told, words.TasksFailing.With(f.At.Local().Format(time.TimeOnly), f.Value, f.Detail))
		case "minutes_late":
			told = append(told, words.MinutesLate.With(words.Span(f.Value), f.Detail))
		case "hours_late":
			told = append(told, words.HoursLate.With(words.Span(f.Value), f.Detail))
		case "host_silent":
			told = append(told, words.HostSilent.With(f.Host, words.Span(f.Value)))
		case "series_growing":
			told = append(told, words.SeriesGrowing.With(f.Value, f.Limit))
		}
	}
	return told
}
