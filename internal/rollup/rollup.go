// Package rollup writes the Flux tasks that keep the tiers of a minute and an hour. Their
// lists of fields come from the schema; everything else stands in the templates, which are
// read as the tasks are.
package rollup

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
)

//go:embed minute.flux.tmpl
var minuteText string

var minute = template.Must(template.New("minute").Funcs(template.FuncMap{"fields": condition}).Parse(minuteText))

// Task is one Flux task.
type Task struct {
	Name string // in InfluxDB
	File string // in the folder tasks
	Flux string
}

// stagger is the time between the starts of two tasks, so that they do not all run at once.
const stagger = 3 * time.Second

// waits is how long after a window's end it is first computed.
const waits = 20 * time.Second

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
		task, err := minuteTask(t[0], t[1], waits+time.Duration(i)*stagger)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, task)
	}
	return tasks, nil
}

func minuteTask(measurement, mark string, offset time.Duration) (Task, error) {
	m := schema.Find(measurement)
	if m == nil {
		return Task{}, fmt.Errorf("the schema has no measurement %q", measurement)
	}
	task := Task{Name: "cosyvoice 1m " + measurement, File: "1m_" + measurement + ".flux"}
	byKind := map[schema.Kind][]string{}
	for i := range m.Fields {
		byKind[m.Fields[i].Kind()] = append(byKind[m.Fields[i].Kind()], m.Fields[i].Name)
	}
	var text strings.Builder
	err := minute.Execute(&text, map[string]any{
		"Name": task.Name, "Measurement": measurement, "Mark": mark, "Offset": offset,
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
