// Package rollup writes the Flux tasks that keep the tiers of a minute and an hour. Their
// lists of fields come from the schema; everything else stands in the templates, which are
// read as the tasks are.
package rollup

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
)

//go:embed minute.flux.tmpl hour.flux.tmpl
var texts embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"fields": condition}).ParseFS(texts, "*.tmpl"))

// Task is one Flux task.
type Task struct {
	Name string // in InfluxDB
	File string // in the folder tasks
	Flux string
}

// stagger is the time between the starts of two tasks, so that they do not all run at once.
const stagger = 3 * time.Second

// waitsForPoints is how long after the end of a minute it is first computed, and
// waitsForMinutes that of an hour.
const (
	waitsForPoints  = 20 * time.Second
	waitsForMinutes = 2 * time.Minute
)

// ticks are the measurements with a point a tick. Their second word is a field that each of
// their points has.
var ticks = [][2]string{
	{"system_metrics", "load1"},
	{"cosyvoice_service", "up"},
	{"cosyvoice_process", "count"},
	{"cosyvoice_gpu", "memory_used_bytes"},
	{"cosyvoice_model", "pending"},
	{"cosyvoice_agent", "seconds"},
}

// Tasks are all of them.
func Tasks() ([]Task, error) {
	var tasks []Task
	for i, t := range ticks {
		m := schema.Find(t[0])
		if m == nil {
			return nil, fmt.Errorf("the schema has no measurement %q", t[0])
		}
		later := time.Duration(i) * stagger
		for _, tier := range []struct {
			name, template string
			offset         time.Duration
		}{
			{"1m", "minute.flux.tmpl", waitsForPoints + later},
			{"1h", "hour.flux.tmpl", waitsForMinutes + later},
		} {
			task, err := newTask(tier.name, tier.template, m, t[1], tier.offset)
			if err != nil {
				return nil, err
			}
			tasks = append(tasks, task)
		}
	}
	return tasks, nil
}

func newTask(tier, name string, m *schema.Measurement, mark string, offset time.Duration) (Task, error) {
	task := Task{Name: "cosyvoice " + tier + " " + m.Name, File: tier + "_" + m.Name + ".flux"}
	byKind := map[schema.Kind][]string{}
	for i := range m.Fields {
		byKind[m.Fields[i].Kind()] = append(byKind[m.Fields[i].Kind()], m.Fields[i].Name)
	}
	var text strings.Builder
	err := templates.ExecuteTemplate(&text, name, map[string]any{
		"Name": task.Name, "Measurement": m.Name, "Mark": mark + "_count", "Offset": offset,
		"Gauges": byKind[schema.Gauge], "Flags": byKind[schema.Flag],
		"Counters": byKind[schema.Counter], "States": byKind[schema.State],
	})
	if err != nil {
		return Task{}, fmt.Errorf("write the task %q: %w", task.Name, err)
	}
	task.Flux = text.String()
	return task, nil
}

// condition is a predicate for any of the fields, in the form that InfluxDB answers from its
// index.
func condition(fields []string) string {
	parts := make([]string, len(fields))
	for i, name := range fields {
		parts[i] = fmt.Sprintf("        r._field == %q", name)
	}
	return strings.Join(parts, " or\n")
}
