//go:build e2e

package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// everything adds the machine by which the limits were chosen, and the weak cases, of which it is only
// told what is found.
var everything = os.Getenv("COSYVOICE_SCENARIOS") == "all"

func machines() []Machine {
	if everything {
		return []Machine{Large, Small}
	}
	return []Machine{Small}
}

// lab is an InfluxDB with the histories of cases in it.
type lab struct {
	*influxd.Server
	t      *testing.T
	finder diagnosis.Finder
}

func newLab(t *testing.T) lab {
	s := influxd.Start(t)
	s.SetUp(rollup.Defaults.Raw, rollup.Defaults.Events, rollup.Defaults.Minutes, rollup.Defaults.Hours)
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	return lab{s, t, diagnosis.Finder{Client: client, Params: rollup.Defaults}}
}

func (l lab) store(h History) {
	l.Write(rollup.Defaults.Events, h.Events)
	l.Write(rollup.Defaults.Minutes, h.Minutes)
	l.Write(rollup.Defaults.Hours, h.Hours)
}

// seen is when each cause was first found, by box.
type seen map[string]map[string]time.Duration

func (l lab) ask(into seen, g diagnosis.Group, onset time.Time, after time.Duration) {
	findings, err := l.finder.Of(l.t.Context(), g, onset.Add(after), "")
	require.NoError(l.t, err)
	for _, f := range findings {
		if into[f.Host] == nil {
			into[f.Host] = map[string]time.Duration{}
		}
		if _, known := into[f.Host][f.Code]; !known {
			into[f.Host][f.Code] = after
		}
	}
}

// levels tell that a card is full or busy, which it also is for some of the causes.
var levels = []string{"gpu_memory_high", "gpu_utilization_high"}

// of are the codes that were found of a box, but for levels.
func (s seen) of(box string) []string {
	codes := slices.Sorted(maps.Keys(s[box]))
	return slices.DeleteFunc(codes, func(code string) bool { return slices.Contains(levels, code) })
}

// report tells what was found of cases, the expected against the found, and checks those that are
// not weak: each is found under its own code and no other.
func report(t *testing.T, cases []Case, found seen) {
	matrix := map[string]map[string]int{}
	for _, c := range cases {
		codes := found.of(c.Name)
		if _, ok := found[c.Name][c.Cause]; ok && slices.Contains(levels, c.Cause) {
			codes = append(codes, c.Cause)
		}
		if len(codes) == 0 {
			codes = []string{"nothing"}
		}
		expected := cmp.Or(c.Cause, "healthy")
		if matrix[expected] == nil {
			matrix[expected] = map[string]int{}
		}
		for _, code := range codes {
			matrix[expected][code]++
		}
		if c.Strength == "weak" {
			continue
		}
		if c.Cause != "" {
			assert.Contains(t, codes, c.Cause, c.Name)
		}
		for _, code := range codes {
			assert.Contains(t, []string{c.Cause, "nothing"}, code, c.Name)
		}
	}
	t.Log("| what is the matter | found |\n|---|---|")
	for _, expected := range slices.Sorted(maps.Keys(matrix)) {
		var cells []string
		for _, code := range slices.Sorted(maps.Keys(matrix[expected])) {
			cells = append(cells, fmt.Sprintf("%s %d", code, matrix[expected][code]))
		}
		t.Logf("| %s | %s |", expected, strings.Join(cells, ", "))
	}
}

// chosen leaves the weak cases out, unless all are asked for.
func chosen(c Case) bool { return everything || c.Strength != "weak" }

// TestMinutes asks for what shows within minutes.
func TestMinutes(t *testing.T) {
	for _, machine := range machines() {
		t.Run(machine.Name, func(t *testing.T) {
			l := newLab(t)
			onset := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
			var cases []Case
			for _, c := range append(Cases(), Healthy()...) {
				if chosen(c) {
					c = c.On(machine)
					cases = append(cases, c)
					l.store(c.Write(onset, 8*time.Hour, 10*time.Minute, 9*time.Minute))
				}
			}
			found := seen{}
			for after := time.Minute; after <= 6*time.Minute; after += time.Minute {
				l.ask(found, diagnosis.Minutes, onset, after)
			}
			report(t, cases, found)
		})
	}
}

// TestTrends asks for what shows over hours.
func TestTrends(t *testing.T) {
	for _, machine := range machines() {
		t.Run(machine.Name, func(t *testing.T) {
			l := newLab(t)
			const end = 6 * time.Hour
			onset := time.Now().UTC().Truncate(time.Hour).Add(-end)
			var cases []Case
			full := map[string]time.Duration{}
			for _, g := range Growths() {
				if chosen(g.Case) {
					c := g.On(machine)
					cases = append(cases, c)
					full[c.Name] = g.Full
					l.store(c.Write(onset, 3*24*time.Hour, 6*time.Hour, end, "cosyvoice_service", "system_metrics", "cosyvoice_synthesis"))
				}
			}
			found := seen{}
			for after := 20 * time.Minute; after <= end; after += max(10*time.Minute, after.Truncate(2*time.Hour)/4) {
				l.ask(found, diagnosis.Trends, onset, after)
			}
			for name, full := range full {
				for code, after := range found[name] {
					if full > 0 && after > full {
						delete(found[name], code) // it would have been restarted
					}
				}
			}
			report(t, cases, found)
			for _, c := range cases {
				at, ok := found[c.Name]["gpu_memory_leak"]
				if c.Cause != "gpu_memory_leak" || !ok {
					continue
				}
				// A quarter of the card is held from the start.
				card := 0.25 + 0.75*at.Seconds()/full[c.Name].Seconds()
				t.Logf("the leak that fills the card within %s is found at %.0f %% of it", full[c.Name], 100*card)
				assert.Less(t, card, 0.85)
			}
		})
	}
}
