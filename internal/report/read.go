// Package report tells how a machine with speech servers was over a time, as one file of HTML that
// needs nothing else: for mail, a ticket or a printer.
package report

import (
	"context"
	"math"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/history"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/overview"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// How many of each there are at the most, so that the report can be read and is made within seconds.
const (
	mostExplained = 5 // failures, and slow syntheses
	mostFindings  = 12
	mostGaps      = 10
)

// levelsFor is how long a time, up to the end, tells what more syntheses at once do: longer, and every
// one of very many is looked at.
const levelsFor = 7 * 24 * time.Hour

// Report is what is known of a host and a time.
type Report struct {
	Host     string
	From, To time.Time

	Health   *diagnosis.Health  // at To
	Summary  *diagnosis.Summary // what was found, and what failed
	Unjudged time.Duration      // of which nothing could be found
	Happened []diagnosis.Happening
	Failed   []*diagnosis.Answer // the newest of each kind
	Slowest  []*diagnosis.Answer

	Servers         []*overview.Server
	Span            overview.Span
	Cards           []*overview.Card
	RTF, FirstChunk *overview.Spread
	Outcomes        *overview.Outcomes
	InFlight        []*overview.Reading // of each server
	// Readings of the host, nil where nothing is known; Heard tells only when there is one.
	Heard, CPU, GPU, Temperature *overview.Reading

	Levels     []overview.Level
	LevelsFrom time.Time
	Gaps       []history.Gap // since GapsFrom
	GapsFrom   time.Time
	Versions   []overview.Version
	InfluxDB   string // its version, "" where it does not tell
}

// Source is where a report comes from.
type Source struct{ Finder diagnosis.Finder }

// Hosts are those that were heard in a time.
func (s Source) Hosts(ctx context.Context, from, to time.Time) ([]string, error) {
	return overview.Reader{Client: s.Finder.Client, Params: s.Finder.Params}.Hosts(ctx, from, to)
}

// Read puts a report together. It calls step before each of its parts.
func (s Source) Read(ctx context.Context, host string, from, to time.Time, step func(number, of int, what words.Text)) (*Report, error) {
	r := &Report{Host: host, From: from, To: to, Span: overview.Over(from, to)}
	parts := []struct {
		what words.Text
		read func(context.Context, *Report) error
	}{
		{words.ReportStepFindings, s.findings},
		{words.ReportStepReadings, s.readings},
		{words.ReportStepSyntheses, s.syntheses},
		{words.ReportStepCapacity, s.capacity},
		{words.ReportStepGaps, s.data},
	}
	for i, part := range parts {
		step(i+1, len(parts), part.what)
		if err := part.read(ctx, r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (s Source) reader(r *Report) overview.Reader {
	return overview.Reader{Client: s.Finder.Client, Params: s.Finder.Params, Host: r.Host}
}

func (s Source) findings(ctx context.Context, r *Report) (err error) {
	if r.Health, err = s.Finder.HealthOf(ctx, r.To, r.Host); err != nil {
		return err
	}
	if r.Summary, err = s.Finder.Since(ctx, r.From, r.To, r.Host); err != nil {
		return err
	}
	if r.Unjudged, err = s.Finder.Unjudged(ctx, r.From, r.To); err != nil {
		return err
	}
	r.Happened, err = s.Finder.Happened(ctx, r.From, r.To, r.Host)
	return err
}

func (s Source) readings(ctx context.Context, r *Report) (err error) {
	reader := s.reader(r)
	if r.Cards, err = reader.Cards(ctx, r.Span); err != nil {
		return err
	}
	if r.RTF, err = reader.Spread(ctx, r.Span, "rtf"); err != nil {
		return err
	}
	if r.FirstChunk, err = reader.Spread(ctx, r.Span, "first_chunk"); err != nil {
		return err
	}
	if r.Outcomes, err = reader.Outcomes(ctx, r.Span); err != nil {
		return err
	}
	if r.InFlight, err = reader.Readings(ctx, r.Span, "cosyvoice_service", "in_flight"); err != nil {
		return err
	}
	for _, one := range []struct {
		measurement, field string
		into               **overview.Reading
	}{
		{"cosyvoice_agent", "success", &r.Heard},
		{"system_metrics", "cpu_usage_percent", &r.CPU},
		{"system_metrics", "gpu_utilization_percent", &r.GPU},
		{"system_metrics", "gpu_temperature_c", &r.Temperature},
	} {
		readings, err := reader.Readings(ctx, r.Span, one.measurement, one.field)
		if err != nil {
			return err
		}
		if len(readings) > 0 {
			*one.into = readings[0]
		}
	}
	r.Servers, err = reader.Servers(ctx, r.From, r.To)
	return err
}

func (s Source) syntheses(ctx context.Context, r *Report) error {
	failed, err := s.Finder.Failed(ctx, r.From, r.To, r.Host, mostExplained)
	if err != nil {
		return err
	}
	slowest, err := s.Finder.Slowest(ctx, r.From, r.To, r.Host, mostExplained)
	if err != nil {
		return err
	}
	for _, list := range []struct {
		of   []diagnosis.Synthesis
		into *[]*diagnosis.Answer
	}{{failed, &r.Failed}, {slowest, &r.Slowest}} {
		for _, synthesis := range list.of {
			answer, err := s.Finder.Explain(ctx, synthesis, r.To)
			if err != nil {
				return err
			}
			*list.into = append(*list.into, answer)
		}
	}
	return nil
}

func (s Source) capacity(ctx context.Context, r *Report) (err error) {
	r.LevelsFrom = later(r.From, r.To.Add(-levelsFor))
	r.Levels, err = s.reader(r).Levels(ctx, r.LevelsFrom, r.To)
	return err
}

func (s Source) data(ctx context.Context, r *Report) (err error) {
	// Gaps are told by ticks, which are kept for a while only.
	r.GapsFrom = later(r.From, r.To.Add(-s.Finder.Params.RawRetention))
	gaps, err := history.Keeper{Client: s.Finder.Client, Params: s.Finder.Params}.Gaps(ctx, r.GapsFrom, r.To)
	if err != nil {
		return err
	}
	for _, gap := range gaps {
		if gap.Host == r.Host {
			r.Gaps = append(r.Gaps, gap)
		}
	}
	if r.Versions, err = s.reader(r).Versions(ctx, r.From, r.To); err != nil {
		return err
	}
	r.InfluxDB, err = s.Finder.Client.Version(ctx)
	return err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// heard is when the host was heard first, to the window; zero where it was not.
func (r *Report) heard() time.Time {
	if r.Heard != nil {
		for i, v := range r.Heard.Mean {
			if !math.IsNaN(v) {
				return later(r.From, r.Span.Start.Add(time.Duration(i)*r.Span.Window))
			}
		}
	}
	return time.Time{}
}

// silent is of how long nothing is known: where ticks are gone by now, to the window.
func (r *Report) silent() time.Duration {
	heard := r.heard()
	if heard.IsZero() {
		return r.To.Sub(r.From)
	}
	silent := heard.Sub(r.From)
	for _, gap := range r.silences() {
		silent += gap.To.Sub(later(gap.From, r.From))
	}
	var windows time.Duration
	for _, v := range r.Heard.Mean {
		if math.IsNaN(v) {
			windows += r.Span.Window
		}
	}
	return max(silent, min(windows, r.To.Sub(r.From)))
}

// mostAtOnce is how many syntheses were at work at once at the most; NaN where it is not known.
func (r *Report) mostAtOnce() float64 {
	most := math.NaN()
	for _, reading := range r.InFlight {
		if v := overview.Highest(reading.Max); !math.IsNaN(v) && !(v <= most) {
			most = v
		}
	}
	return most
}
