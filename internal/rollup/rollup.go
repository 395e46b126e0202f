// Package rollup writes the Flux tasks that keep the tiers of a minute and an hour. Their
// lists of fields come from the schema; everything else stands in the templates, which are
// read as the tasks are.
package rollup

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
)

//go:embed *.flux.tmpl
var texts embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"fields": condition, "marks": marks, "flux": Duration}).ParseFS(texts, "*.tmpl"))

// Task is one Flux task.
type Task struct {
	Name string // in InfluxDB
	File string // in the folder tasks
	Flux string
}

// Params are what an installation may choose.
type Params struct {
	Raw, Events, Minutes, Hours string // buckets
	// RawRetention and MinutesRetention are how far back the tasks look for what is missing.
	RawRetention, MinutesRetention time.Duration
	EventsRetention                time.Duration
	Interval                       time.Duration // between two points of a series
	Every                          time.Duration // between two runs of the tasks of the minutes
	// The task of the health tells of a host after SilentAfter, of windows LateAfter beyond their
	// end, and of NewSeries more series than twice those of a week before.
	SilentAfter, LateAfter time.Duration
	NewSeries              int
}

// Defaults are those of the committed tasks.
var Defaults = Params{
	Raw: "performance_monitor", Events: "performance_monitor_events",
	Minutes: "performance_monitor_1m", Hours: "performance_monitor_1h",
	RawRetention: 30 * 24 * time.Hour, MinutesRetention: 90 * 24 * time.Hour, EventsRetention: 730 * 24 * time.Hour,
	Interval: 10 * time.Second, Every: time.Minute,
	SilentAfter: 5 * time.Minute, LateAfter: 15 * time.Minute, NewSeries: 1000,
}

// Gap is the longest time between two points of a series in which a counter is taken to
// have grown steadily, and a state to have been held.
func (p Params) Gap() time.Duration { return max(90*time.Second, 3*p.Interval) }

// stagger is the time between the starts of two tasks, so that they do not all run at once.
const stagger = 3 * time.Second

// Source is a measurement that is rolled up.
type Source struct {
	Measurement string
	Mark        string // a field that each of its points has
	Facts       bool   // its points are facts, each for itself, in the bucket of events
	Counted     bool   // only how many there are is kept
}

// Sources are all of them.
var Sources = []Source{
	{Measurement: "system_metrics", Mark: "load1"},
	{Measurement: "cosyvoice_service", Mark: "up"},
	{Measurement: "cosyvoice_process", Mark: "count"},
	{Measurement: "cosyvoice_gpu", Mark: "index"},
	{Measurement: "cosyvoice_model", Mark: "requests_success_total"},
	{Measurement: "cosyvoice_agent", Mark: "success"},
	{Measurement: "cosyvoice_synthesis", Mark: "request_id", Facts: true},
	{Measurement: "cosyvoice_event", Mark: "message", Facts: true, Counted: true},
}

// Bucket is where its points are.
func (s Source) Bucket(params Params) string {
	if s.Facts {
		return params.Events
	}
	return params.Raw
}

// The kinds of the tasks of a source.
const (
	Minutes = "1m"
	Hours   = "1h"
	Repair  = "repair"
)

// Task is the name of one of its tasks.
func (s Source) Task(kind string) string { return "cosyvoice " + kind + " " + s.Measurement }

// kinds are the tasks of each measurement. The minutes wait for the points of their last
// one, the hours for the minutes, and the repair for both.
var kinds = []struct {
	name, template string
	offset         time.Duration
}{
	{Minutes, "minute.flux.tmpl", 20 * time.Second},
	{Hours, "hour.flux.tmpl", 2 * time.Minute},
	{Repair, "repair.flux.tmpl", 5 * time.Minute},
}

// Tasks are all of them.
func Tasks(params Params) ([]Task, error) {
	var tasks []Task
	for i, s := range Sources {
		for _, kind := range kinds {
			task := Task{Name: s.Task(kind.name), File: kind.name + "_" + s.Measurement + ".flux"}
			var text strings.Builder
			err := templates.ExecuteTemplate(&text, kind.template, values(params, s, task.Name, kind.offset+time.Duration(i)*stagger))
			if err != nil {
				return nil, fmt.Errorf("write the task %q: %w", task.Name, err)
			}
			task.Flux = text.String()
			tasks = append(tasks, task)
		}
	}
	task, err := healthTask(params)
	return append(tasks, task), err
}

// values are what stands in the templates.
func values(params Params, s Source, name string, offset time.Duration) map[string]any {
	byKind := map[schema.Kind][]string{}
	var readings, numbers []string // of the gauges, by their type
	m := schema.Find(s.Measurement)
	for i := range m.Fields {
		f := &m.Fields[i]
		byKind[f.Kind()] = append(byKind[f.Kind()], f.Name)
		switch {
		case f.Kind() == schema.Gauge && f.Type == schema.Float:
			readings = append(readings, f.Name)
		case f.Kind() == schema.Gauge:
			numbers = append(numbers, f.Name)
		}
	}
	if s.Counted {
		byKind, readings, numbers = nil, nil, nil
	}
	integers := slices.Concat(numbers, byKind[schema.Flag])
	// The statistics are the names that the template gives them.
	var statistics []string
	for _, of := range []struct {
		fields []string
		names  []string
	}{
		{readings, []string{"counts", "sums", "lowest", "highest", "newest"}},
		{integers, []string{"integerCounts", "integerSums"}},
		{numbers, []string{"integerLowest", "integerHighest", "integerNewest"}},
		{byKind[schema.Counter], []string{"increases"}},
		{byKind[schema.State], []string{"seconds"}},
		{byKind[schema.Bin], []string{"bins"}},
	} {
		if len(of.fields) > 0 {
			statistics = append(statistics, of.names...)
		}
	}
	if s.Facts {
		statistics = slices.DeleteFunc(statistics, func(name string) bool { return name == "newest" || name == "integerNewest" })
	}
	return map[string]any{
		"Name": name, "Repair": s.Task(Repair), "Offset": Duration(offset),
		"Every": Duration(params.Every), "Measurement": s.Measurement, "Mark": s.Mark, "Facts": s.Facts,
		"Statistics": strings.Join(statistics, ", "),
		"Raw":        s.Bucket(params), "Minutes": params.Minutes, "Hours": params.Hours,
		"Retention": Duration(params.RawRetention), "MinutesRetention": Duration(params.MinutesRetention), "Gap": Duration(params.Gap()),
		"Gauges": byKind[schema.Gauge], "Readings": readings, "Integers": integers, "Numbers": numbers,
		"Flags": byKind[schema.Flag], "Counters": byKind[schema.Counter],
		"States": byKind[schema.State], "Bins": byKind[schema.Bin],
	}
}

// Duration writes a duration as Flux does, in the largest unit that it is whole in.
func Duration(d time.Duration) string {
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}} {
		if d%unit.length == 0 {
			return fmt.Sprintf("%d%s", d/unit.length, unit.name)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// condition is a predicate for any of the fields, in the form that InfluxDB answers from its
// index.
func condition(fields []string) string {
	parts := make([]string, len(fields))
	for i, name := range fields {
		parts[i] = fmt.Sprintf("                    r._field == %q", name)
	}
	return strings.Join(parts, " or\n")
}
