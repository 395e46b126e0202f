package toolkit

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
)

//go:embed template.yml.tmpl
var templateText string

var influxTemplate = template.Must(template.New("").Funcs(template.FuncMap{
	"dns":    func(name string) string { return strings.NewReplacer("_", "-", " ", "-").Replace(name) },
	"indent": func(text string) string { return regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(text, "    $1") },
}).Parse(templateText))

// options is the line of a task by which InfluxDB knows its name and schedule. A template
// gives them beside the query, and InfluxDB writes the line anew.
var options = regexp.MustCompile(`(?m)^option task = \{name: "[^"]*", every: (\w+), offset: (\w+)\}\n\n?`)

// InfluxTemplate is the same buckets and tasks for those who use the influx tool, without the shard
// groups, of which templates know nothing.
func InfluxTemplate(desired reconcile.Desired) (string, error) {
	type task struct{ Name, Description, Every, Offset, Query string }
	var tasks []task
	for _, t := range desired.Tasks {
		match := options.FindStringSubmatch(t.Flux)
		if match == nil {
			return "", fmt.Errorf("the task %q has no options", t.Name)
		}
		// The comments at the top would come between the imports and the rest.
		_, query, _ := strings.Cut(options.ReplaceAllString(t.Flux, ""), "\nimport ")
		tasks = append(tasks, task{t.Name, t.Description, match[1], match[2], "import " + strings.TrimSpace(query)})
	}
	var text strings.Builder
	err := influxTemplate.Execute(&text, map[string]any{"Buckets": desired.Buckets, "Tasks": tasks})
	return text.String(), err
}
