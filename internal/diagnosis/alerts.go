package diagnosis

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// ChecksID is the one by which InfluxDB keeps the statuses of the causes.
const ChecksID = "c05e000000000002"

// Alerts are where people are told of what is found.
type Alerts struct {
	Alertmanager string // its address, as in http://127.0.0.1:9093; "" for none
	Dashboard    string // of Grafana; "" for none
	Language     words.Language
}

//go:embed alerts.flux.tmpl
var alertsText string

var alertsTemplates = template.Must(template.New("alerts").Funcs(template.FuncMap{"flux": rollup.Duration, "quote": influx.Literal}).Parse(alertsText))

// AlertTasks are those that turn what the others write into statuses and alerts.
func AlertTasks(params rollup.Params, alerts Alerts) ([]rollup.Task, error) {
	type hold struct {
		Codes string
		Hold  time.Duration
	}
	var holds []hold
	for _, g := range groups {
		codes, err := g.conditions()
		if err != nil {
			return nil, err
		}
		holds = append(holds, hold{strings.Join(codes, "|"), 3*max(g.every, params.Every) - time.Minute})
	}
	type text struct{ Code, Title, Answer, Now, Lasting string }
	type figure struct{ Name, Label, Unit string }
	var texts []text
	var figures []figure
	var names []string
	for _, c := range causes.All() {
		in := c.In(alerts.Language)
		texts = append(texts, text{c.Code, in.Title, in.Answer, in.Now, in.Lasting})
		names = append(names, c.Evidence...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		f, _ := causes.FigureOf(name)
		figures = append(figures, figure{name, f.In(alerts.Language), f.Unit})
	}
	every := max(time.Minute, params.Every)
	values := map[string]any{
		"Every": every, "Ahead": 3 * every, "Events": params.Events, "Groups": holds, "CheckID": ChecksID,
		"Alertmanager": alerts.Alertmanager, "Dashboard": alerts.Dashboard, "Causes": texts, "Figures": figures,
	}
	var tasks []rollup.Task
	write := func(template, name, file string, offset time.Duration) error {
		var flux strings.Builder
		values["Name"], values["Offset"] = name, offset
		if err := alertsTemplates.ExecuteTemplate(&flux, template, values); err != nil {
			return fmt.Errorf("write the task %q: %w", name, err)
		}
		tasks = append(tasks, rollup.Task{Name: name, File: file, Flux: flux.String()})
		return nil
	}
	// Both come after the tasks that find the causes.
	if err := write("checks", "cosyvoice checks", "checks.flux", 65*time.Second); err != nil {
		return nil, err
	}
	if alerts.Alertmanager != "" {
		if err := write("alertmanager", "cosyvoice alerts", "alerts.flux", 70*time.Second); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}
