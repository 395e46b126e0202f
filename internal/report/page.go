package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

//go:embed page.html.tmpl
var pageText string

//go:embed page.css
var pageStyle string

// page words a report.
type page struct {
	*Report
	language words.Language
	tool     string // the version of this program
	zone     *time.Location
}

// HTML is the report as one file.
func (r *Report) HTML(language words.Language, tool string, zone *time.Location) ([]byte, error) {
	p := &page{Report: r, language: language, tool: tool, zone: zone}
	t, err := template.New("page").Funcs(template.FuncMap{"t": p.text, "when": p.when}).Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("reading the report's template: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	return out.Bytes(), nil
}

// Language is for the attribute lang.
func (p *page) Language() words.Language { return p.language }

// Style is the page's, and nobody else's.
func (p *page) Style() template.CSS { return template.CSS(pageStyle) }

// text is one of the report's, by its name.
func (p *page) text(name string, args ...any) (string, error) {
	text, ok := words.ReportTexts[name]
	if !ok {
		return "", fmt.Errorf("there is no text %q", name)
	}
	if len(args) == 0 {
		return text.In(p.language), nil
	}
	return text.With(args...).In(p.language), nil
}

// say is text that is there.
func (p *page) say(name string, args ...any) string {
	text, err := p.text(name, args...)
	if err != nil {
		panic(err)
	}
	return text
}

func (p *page) when(t time.Time) string { return t.In(p.zone).Format("01-02 15:04") }

// amount writes a value with its unit, a dash where it is not known.
func (p *page) amount(unit string, value float64) string {
	if math.IsNaN(value) {
		return p.say("unknown_figure")
	}
	return causes.Figure{Unit: unit}.Format(value, p.language)
}

func (p *page) span(d time.Duration) string { return words.Length(d.Seconds()).In(p.language) }

// Period is the time that the report is about.
func (p *page) Period() string {
	from, to := p.From.In(p.zone), p.To.In(p.zone)
	return p.say("period", from.Format("2006-01-02 15:04"), to.Format("2006-01-02 15:04"), p.span(p.To.Sub(p.From)), to.Format("UTC-07:00"))
}
