//go:build e2e

package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

// short is how long the histories are of which fields are missing.
const short = 40 * time.Minute

// otherwise are the panels that show something else where a field is missing, with the reason.
var otherwise = map[string]string{
	"overview/Health at the end of the range without since of cosyvoice_diagnosis":    "what is not found is not told: the next finding is, or that all is well",
	"fleet/Hosts, the worst first without since of cosyvoice_diagnosis":               "as above",
	"fleet/Hosts, the worst first without success of cosyvoice_agent":                 "it says that nothing is known",
	"overview/Health at the end of the range without success of cosyvoice_agent":      "it says that nothing is known",
	"fleet/Hosts, the worst first without findings of cosyvoice_judgement":            "as above",
	"overview/Health at the end of the range without findings of cosyvoice_judgement": "as above; a finding is told all the same",
}

// zeros are the panels of which 0 is the truth where there is nothing.
var zeros = map[string]string{
	"data-health/Series of the last day": "a bucket without points has no series",
}

// unread are the panels that are of no field.
var unread = map[string]string{
	"data-health/Series of the last day":       "they are counted whatever they have",
	"data-health/How far the tasks are behind": "it compares the times of all measurements",
}

// mutated is a panel, a field that it reads and that is missing, and all that it reads.
type mutated struct {
	board string
	panel int
	field known.Field
	reads []known.Field
}

// TestMissingFields drops each field that a panel reads: the panel then has to show nothing where it
// showed something of that field, and nothing else than before.
func TestMissingFields(t *testing.T) {
	points := known.Points()
	o := start(t, known.Without(points, known.Now.Add(-short), nil), known.Now)
	by := byMeasurement(points)
	all := boards(t, "en")
	o.nothing(all)
	var groups [][]mutated
	pairs := 0
	for _, name := range slices.Sorted(maps.Keys(all)) {
		d := all[name]
		for i := range d.Panels {
			v := o.look(d, spans["15m"], "All", grafana.From12)
			fields := reads(v, by, key(name, d, i), &d.Panels[i])
			assert.Equal(t, unread[key(name, d, i)] != "", len(fields) == 0, "whether %s reads a field", key(name, d, i))
			for _, field := range fields {
				pairs++
				groups = placed(groups, mutated{name, i, field, fields})
			}
		}
	}
	t.Logf("%d missing fields of panels in %d histories", pairs, len(groups))
	var noticed sync.Map
	t.Run("histories", func(t *testing.T) {
		for n, group := range groups {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				fields := map[known.Field]bool{}
				for _, m := range group {
					fields[m.field] = true
				}
				without := o.in(t).another(fmt.Sprint("without-", n), known.Write(known.Without(points, known.Now.Add(-short), fields), known.Now))
				for _, m := range group {
					d := all[m.board]
					name := fmt.Sprintf("%s without %s of %s", key(m.board, d, m.panel), m.field.Name, m.field.Measurement)
					if differ := o.in(t).differ(without, d, &d.Panels[m.panel]); otherwise[name] == "" {
						assert.Empty(t, differ, name)
					} else if len(differ) > 0 {
						noticed.Store(name, true)
					}
				}
			})
		}
	})
	for name := range otherwise {
		_, ok := noticed.Load(name)
		assert.True(t, ok, "%s shows nothing else", name)
	}
}

// differ is what a panel shows, in another organisation, otherwise than here.
func (o *organization) differ(without *organization, d *grafana.Dashboard, p *grafana.Panel) []string {
	for _, span := range []string{"15m", "7d"} {
		v := o.look(d, spans[span], "All", grafana.From12)
		whole, err := o.show(v, p)
		require.NoError(o.t, err, p.Title)
		left, err := without.show(v, p)
		if err != nil {
			return []string{err.Error()}
		}
		if wrong := other(p, whole, left); len(wrong) > 0 {
			return append(wrong, span)
		}
	}
	return nil
}

// nothing looks at the panels where there is nothing at all: they show nothing.
func (o *organization) nothing(all map[string]*grafana.Dashboard) {
	empty := o.another("empty", known.Lines{})
	for name, d := range all {
		for _, span := range []string{"15m", "7d", "90d"} {
			v := o.look(d, spans[span], "All", grafana.From12) // as chosen while there was something
			for i := range d.Panels {
				p, name := &d.Panels[i], key(name, d, i)
				frames, err := empty.show(v, p)
				if !assert.NoError(o.t, err, name) {
					continue
				}
				shown, err := drawn(p, frames)
				require.NoError(o.t, err, name)
				if name == "overview/Health at the end of the range" {
					assert.Equal(o.t, values{"code: unknown": {0: 1}}, shown)
					continue
				}
				if zeros[name] == "" {
					assert.Empty(o.t, shown, "%s of nothing", name)
				}
			}
		}
	}
}

// reads are the fields that a panel reads.
func reads(v *view, points map[string][]known.Point, name string, p *grafana.Panel) []known.Field {
	q := v.ask(points, p)
	g := goldens[name]
	if g.rows != nil {
		g.rows(q)
	} else if g.numbers != nil {
		g.numbers(q)
	}
	return slices.SortedFunc(maps.Keys(q.reads), func(a, b known.Field) int {
		return strings.Compare(a.Measurement+a.Name, b.Measurement+b.Name)
	})
}

// placed adds to the first group of which the panels read no other field that is missing.
func placed(groups [][]mutated, m mutated) [][]mutated {
	for i, group := range groups {
		if !slices.ContainsFunc(group, func(o mutated) bool {
			return o.field != m.field && (slices.Contains(o.reads, m.field) || slices.Contains(m.reads, o.field))
		}) {
			groups[i] = append(group, m)
			return groups
		}
	}
	return append(groups, []mutated{m})
}

// other tells what a panel shows that it did not show before, or that it shows all of it still.
func other(p *grafana.Panel, whole, left []*grafana.Frame) []string {
	var wrong []string
	if p.Type == "table" || p.Type == "barchart" {
		before, cells := table(whole), 0
		for _, r := range table(left) {
			cells += len(r)
			if !slices.ContainsFunc(before, func(b row) bool { return within(r, b) }) {
				wrong = append(wrong, fmt.Sprintf("%v was not there before", r))
			}
		}
		for _, r := range before {
			cells -= len(r)
		}
		if cells >= 0 {
			wrong = append(wrong, "all is shown still")
		}
		return few(wrong)
	}
	before, err := drawn(p, whole)
	if err != nil {
		return []string{err.Error()}
	}
	after, err := drawn(p, left)
	if err != nil {
		return []string{err.Error()}
	}
	missing := 0
	for series, of := range before {
		missing += len(of) - len(after[series])
	}
	for series, of := range after {
		for at, v := range of {
			if b, ok := before[series][at]; !strings.HasSuffix(series, ": none") && (!ok || !near(b, v)) {
				wrong = append(wrong, fmt.Sprintf("%s at %s: %v, was %v (%t)", series, when(at), v, b, ok))
			}
		}
	}
	if missing <= 0 {
		wrong = append(wrong, "all is shown still")
	}
	return few(wrong)
}

// within tells whether all cells of a row are those of another.
func within(r, all row) bool {
	for name, v := range r {
		if !same(v, all[name]) {
			return false
		}
	}
	return true
}
