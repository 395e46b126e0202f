package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// board is a dashboard in both languages.
type board struct {
	name         string // of its file, and in its address
	title, about words.Text
	from         string // the range that it begins with
	variables    []variable
	annotations  []annotation
	sections     []section
}

// section is a row of the dashboard's, with a title, or without.
type section struct {
	title  words.Text
	panels []*panel
}

// annotation marks moments in all panels.
type annotation struct {
	name  words.Text
	color string
	query string
}

// uid is the address of a dashboard; it never changes.
func uid(name string, language words.Language) string {
	return "cosyvoice-" + name + "-" + tongue(language)
}

func tongue(language words.Language) string {
	if language == words.Chinese {
		return "zh"
	}
	return "en"
}

// tag is what the links of all dashboards of a language go by.
func tag(language words.Language) string { return "cosyvoice-" + tongue(language) }

// json writes a dashboard in a language, as Grafana exports it.
func (b *board) json(language words.Language) ([]byte, error) {
	builder := dashboard.NewDashboardBuilder(b.title.In(language)).
		Uid(uid(b.name, language)).Description(b.about.In(language)).Tags([]string{"cosyvoice", tag(language)}).
		Timezone("browser").Tooltip(dashboard.DashboardCursorSyncCrosshair).Time("now-"+b.from, "now").Refresh("30s").Editable().
		Timepicker(dashboard.NewTimePickerBuilder().RefreshIntervals([]string{"30s", "1m", "5m", "15m", "1h"})).
		Link(dashboard.NewDashboardLinkBuilder(words.Text{En: "CosyVoice", Zh: "CosyVoice 仪表板"}.In(language)).
			Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{tag(language)}).AsDropdown(false).KeepTime(true).IncludeVars(true))
	var id uint32
	for _, s := range b.sections {
		if s.title.En != "" {
			id++
			builder.WithRow(dashboard.NewRowBuilder(s.title.In(language)).Id(id))
		}
		for _, p := range s.panels {
			id++
			out := p.build(language)
			out.Id = cog.ToPtr(id)
			builder.WithPanel(built{out})
		}
	}
	d, err := builder.Build()
	if err != nil {
		return nil, fmt.Errorf("building the dashboard %s: %w", b.name, err)
	}
	d.SchemaVersion = 38
	d.Templating.List = places(language)
	for _, v := range b.variables {
		d.Templating.List = append(d.Templating.List, v.spoken(language))
	}
	for _, a := range b.annotations {
		d.Annotations.List = append(d.Annotations.List, dashboard.AnnotationQuery{
			Name: a.name.In(language), Enable: true, Hide: cog.ToPtr(false), IconColor: a.color,
			Datasource: cog.ToPtr(source()), Target: query("Anno", a.query),
		})
	}
	return exported(d)
}

// id is the number of a panel in its dashboard.
func (b *board) id(title words.Text) (uint32, error) {
	var id uint32
	for _, s := range b.sections {
		if s.title.En != "" {
			id++
		}
		for _, p := range s.panels {
			if id++; p.title == title {
				return id, nil
			}
		}
	}
	return 0, fmt.Errorf("the dashboard %s has no panel %q", b.name, title.En)
}

// built is a panel that needs no more building.
type built struct{ *dashboard.Panel }

func (b built) Build() (dashboard.Panel, error) { return *b.Panel, nil }

// exported is the JSON of a dashboard, with the id that is told to be none.
func exported(d dashboard.Dashboard) ([]byte, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("writing a dashboard: %w", err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("reading a dashboard: %w", err)
	}
	all["id"] = nil
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // queries are for people to read
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return nil, fmt.Errorf("writing a dashboard: %w", err)
	}
	return out.Bytes(), nil
}
