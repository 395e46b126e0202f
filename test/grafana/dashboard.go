package grafana

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"
)

// Dashboard is of a dashboard's JSON what has to do with queries.
type Dashboard struct {
	UID, Title  string
	Panels      []Panel
	Variables   []VariableModel
	Annotations []Annotation
}

// Panel is one picture.
type Panel struct {
	ID      int
	Title   string
	Type    string
	Targets []Target
	Points  int           // that it asks for
	Least   time.Duration // that a window may be long; 0 where the data source tells it
	Labels  []string      // that its names are made of
	Calc    string        // by which a single figure is made of a series, "" for none
	Every   bool          // such a figure is made of every field, not of the numbers only
	Spans   time.Duration // over which a line goes on where values are null; 0 for what draws no lines
}

// Target is one query of a panel.
type Target struct {
	RefID, Query string
	Hide         bool
}

// VariableModel is a variable as the dashboard declares it.
type VariableModel struct {
	Name, Type, AllValue string
	Query                string // of the type query: Flux; else the options, or the one text
	Regex                string // by which what is shown and what is meant are parted
	Multi, IncludeAll    bool
}

// Annotation is what is marked in the panels.
type Annotation struct {
	Name, Query string
}

// file is as Grafana keeps it.
type file struct {
	UID, Title string
	Panels     []panel
	Templating struct {
		List []struct {
			Name, Type, AllValue, Regex string
			Query                       json.RawMessage
			Multi, IncludeAll           bool
		}
	}
	Annotations struct {
		List []struct {
			Name    string
			BuiltIn json.RawMessage
			Target  struct{ Query string }
		}
	}
}

type panel struct {
	ID            int
	Title, Type   string
	GridPos       struct{ W int }
	MaxDataPoints int
	Interval      string
	Targets       []Target
	Panels        []panel // of a row that is closed
	Options       struct {
		ReduceOptions struct {
			Calcs  []string
			Fields string
			Values bool
		}
	}
	FieldConfig struct {
		Defaults struct {
			Custom struct {
				DrawStyle string
				SpanNulls json.RawMessage
			}
		}
	}
	raw []byte
}

// pixels is the width of a screen, on which a panel has its share of 24.
const pixels = 1920

// ReadDashboard reads a dashboard's file.
func ReadDashboard(path string) (*Dashboard, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a dashboard: %w", err)
	}
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("reading the dashboard %s: %w", path, err)
	}
	d := &Dashboard{UID: f.UID, Title: f.Title}
	for i := range f.Panels {
		if err := d.add(&f.Panels[i]); err != nil {
			return nil, fmt.Errorf("reading the dashboard %s: %w", path, err)
		}
	}
	for _, v := range f.Templating.List {
		query, err := variableQuery(v.Query)
		if err != nil {
			return nil, fmt.Errorf("reading the variable %s of %s: %w", v.Name, path, err)
		}
		d.Variables = append(d.Variables, VariableModel{v.Name, v.Type, v.AllValue, query, v.Regex, v.Multi, v.IncludeAll})
	}
	for _, a := range f.Annotations.List {
		if len(a.BuiltIn) == 0 {
			d.Annotations = append(d.Annotations, Annotation{a.Name, a.Target.Query})
		}
	}
	return d, nil
}

func (p *panel) UnmarshalJSON(text []byte) error {
	type plain panel
	p.raw = slices.Clone(text)
	return json.Unmarshal(text, (*plain)(p))
}

var usedLabel = regexp.MustCompile(`__field\.labels\.(\w+)`)

func (d *Dashboard) add(p *panel) error {
	for i := range p.Panels {
		if err := d.add(&p.Panels[i]); err != nil {
			return err
		}
	}
	if p.Type == "row" {
		return nil
	}
	one := Panel{ID: p.ID, Title: p.Title, Type: p.Type, Targets: p.Targets, Points: p.MaxDataPoints}
	if one.Points == 0 {
		one.Points = pixels * p.GridPos.W / 24
	}
	if o := p.Options.ReduceOptions; len(o.Calcs) > 0 && !o.Values {
		one.Calc, one.Every = o.Calcs[0], o.Fields == "/.*/"
	}
	if c := p.FieldConfig.Defaults.Custom; c.DrawStyle == "line" {
		var milliseconds float64
		if err := json.Unmarshal(c.SpanNulls, &milliseconds); err != nil {
			return fmt.Errorf("the panel %q spans %s: %w", p.Title, c.SpanNulls, err)
		}
		one.Spans = time.Duration(milliseconds) * time.Millisecond
	}
	if p.Interval != "" {
		least, err := time.ParseDuration(p.Interval)
		if err != nil {
			return fmt.Errorf("interval of the panel %q: %w", p.Title, err)
		}
		one.Least = least
	}
	for _, m := range usedLabel.FindAllSubmatch(p.raw, -1) {
		one.Labels = append(one.Labels, string(m[1]))
	}
	slices.Sort(one.Labels)
	one.Labels = slices.Compact(one.Labels)
	d.Panels = append(d.Panels, one)
	return nil
}

// variableQuery is a text, or an object that has it.
func variableQuery(raw json.RawMessage) (string, error) {
	var text string
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	var object struct{ Query string }
	err := json.Unmarshal(raw, &object)
	return object.Query, err
}
