package diagnosis

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

//go:embed task.flux.tmpl
var taskText string

var taskTemplate = template.Must(template.New("task").Funcs(template.FuncMap{"flux": rollup.Duration}).Parse(taskText))

// groups are all of them. Their tasks run when the minutes that they judge are there.
var groups = []struct {
	Group
	what   string
	every  time.Duration
	offset time.Duration
}{
	{Minutes, "what is wrong by the last minutes", time.Minute, 50 * time.Second},
	{Trends, "what grows over hours and days", 5 * time.Minute, 55 * time.Second},
}

func taskName(g Group) string { return "cosyvoice causes " + string(g) }

// Tasks are those that write what is found.
func Tasks(params rollup.Params, limits Limits) ([]rollup.Task, error) {
	var tasks []rollup.Task
	for _, g := range groups {
		findings, err := g.findings(params, limits)
		if err != nil {
			return nil, err
		}
		name := taskName(g.Group)
		every := max(g.every, params.Every)
		var text strings.Builder
		err = taskTemplate.Execute(&text, map[string]any{
			"Imports": imports, "What": g.what, "Group": g.Group, "Name": name, "Every": every, "Offset": g.offset, "Gone": 3 * every, "Findings": findings,
		})
		if err != nil {
			return nil, fmt.Errorf("write the task %q: %w", name, err)
		}
		tasks = append(tasks, rollup.Task{Name: name, File: "causes_" + string(g.Group) + ".flux", Flux: text.String()})
	}
	return tasks, nil
}
