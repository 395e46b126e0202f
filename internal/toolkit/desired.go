package toolkit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// The names of the tokens.
const (
	TelegrafToken = "telegraf" // writes ticks and events
	ReaderToken   = "reader"   // for Grafana and cosyvoicectl
	TasksToken    = "tasks"    // creates the tasks, which run with the rights of its user
)

// Raw, Events, Minutes and Hours name the buckets.
func (s Settings) Raw() string     { return s.BucketPrefix }
func (s Settings) Events() string  { return s.BucketPrefix + "_events" }
func (s Settings) Minutes() string { return s.BucketPrefix + "_1m" }
func (s Settings) Hours() string   { return s.BucketPrefix + "_1h" }

// Desired is all of it.
func (s Settings) Desired() (reconcile.Desired, error) {
	desired := reconcile.Desired{Org: s.Org, Buckets: s.buckets(), Tokens: s.tokens()}
	tasks, err := s.tasks()
	if err != nil {
		return desired, err
	}
	for _, task := range tasks {
		first, _, _ := strings.Cut(task.Flux, "\n")
		desired.Tasks = append(desired.Tasks, reconcile.Task{Name: task.Name, Flux: task.Flux, Description: strings.TrimPrefix(first, "// ")})
	}
	return desired, nil
}

func (s Settings) tasks() ([]rollup.Task, error) {
	rollups, err := rollup.Tasks(s.Rollups())
	if err != nil {
		return nil, err
	}
	causes, err := diagnosis.Tasks(s.Rollups(), s.Limits)
	if err != nil {
		return nil, err
	}
	language, err := words.ParseLanguage(s.Alerts.Language)
	if err != nil {
		return nil, err
	}
	alerts, err := diagnosis.AlertTasks(s.Rollups(), diagnosis.Alerts{Alertmanager: s.Alerts.Alertmanager, Dashboard: s.Alerts.Dashboard, Language: language})
	return slices.Concat(rollups, causes, alerts), err
}

// Finder judges by the same settings as the tasks.
func (s Settings) Finder(client *influx.Client) diagnosis.Finder {
	return diagnosis.Finder{Client: client, Params: s.Rollups(), Limits: s.Limits}
}

// Rollups are the settings that the tasks of the tiers have.
func (s Settings) Rollups() rollup.Params {
	return rollup.Params{
		Raw: s.Raw(), Events: s.Events(), Minutes: s.Minutes(), Hours: s.Hours(),
		RawRetention: bounded(s.Retention.Raw), MinutesRetention: bounded(s.Retention.Minutes), EventsRetention: bounded(s.Retention.Events),
		Interval: time.Duration(s.Interval), Every: time.Duration(s.Every),
		SilentAfter: time.Duration(s.Health.SilentAfter), LateAfter: time.Duration(s.Health.LateAfter), NewSeries: s.Health.NewSeries,
	}
}

// bounded is how far back tasks look where points are kept for ever.
func bounded(r Retention) time.Duration {
	if r == 0 {
		return 365 * day
	}
	return time.Duration(r)
}

func (s Settings) buckets() []reconcile.Bucket {
	return []reconcile.Bucket{
		{Name: s.Raw(), Retention: time.Duration(s.Retention.Raw), Description: fmt.Sprintf("Ticks of CosyVoice servers, their hosts and GPUs, every %s", time.Duration(s.Interval))},
		{Name: s.Events(), Retention: time.Duration(s.Retention.Events), Description: "Syntheses and events of CosyVoice servers"},
		{Name: s.Minutes(), Retention: time.Duration(s.Retention.Minutes), Description: "Windows of a minute of CosyVoice servers"},
		{Name: s.Hours(), Retention: time.Duration(s.Retention.Hours), Description: "Windows of an hour of CosyVoice servers"},
	}
}

func (s Settings) tokens() []reconcile.Token {
	return []reconcile.Token{
		{Name: TelegrafToken, File: "telegraf/influx_write_token", Access: reconcile.Write, Buckets: []string{s.Raw(), s.Events()}},
		{Name: ReaderToken, File: "influx_read_token", Access: reconcile.Read, Buckets: []string{s.Raw(), s.Events(), s.Minutes(), s.Hours()}},
		{Name: TasksToken, File: "influx_tasks_token", OwnsTasks: true},
	}
}
