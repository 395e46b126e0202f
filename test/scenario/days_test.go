//go:build e2e

package scenario

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
)

// How often days are judged at first, and how often a task judges.
var (
	coarse = map[diagnosis.Group]time.Duration{diagnosis.Minutes: 5 * time.Minute, diagnosis.Trends: 30 * time.Minute}
	fine   = map[diagnosis.Group]time.Duration{diagnosis.Minutes: time.Minute, diagnosis.Trends: 5 * time.Minute}
)

// wary are limits by which a moment is suspicious. What is too much in any five minutes lies in two
// windows that are judged at first, so that at least half of it is in one of them: the limits of means
// are half as far from what is usual, and those of what lasts for all of a window a good piece lower.
var wary = diagnosis.Limits{
	"minutes": {
		"slow_from": "1.25", "enough": "2.0", "full": "85.0", "held_back": "7.0", "foreign": "15.0", "low_clock": "0.95",
		"thermal_often": "10.0", "power_often": "25.0", "fallback_idle": "30.0", "fallback_slow": "0.9",
	},
	"clocks_lowered":       {"clock": "0.87", "slower": "1.1"},
	"concurrency_cliff":    {"more": "1.25", "several": "1.5"},
	"cpu_fallback":         {"busy": "60.0"},
	"driver_mismatch":      {"long": "10.0"},
	"first_chunk_grew":     {"later": "1.25", "same": "1.4", "alone": "2.0"},
	"gpu_hung":             {"long": "10.0"},
	"gpu_memory_high":      {"full": "75.0"},
	"gpu_memory_neighbour": {"large": "0.2", "some": "0.05", "nearly_full": "0.8"},
	"gpu_memory_peak":      {"nearly_full": "0.85"},
	"gpu_memory_unowned":   {"least": "536870912.0", "share": "0.02"},
	"host_bound":           {"idle": "65.0", "steady": "45.0", "slow_at": "0.5", "several": "300.0", "free": "95.0"},
	"host_cpu_contention":  {"dip": "50.0"},
	"log_format_unknown":   {"some": "10.0", "busy": "10.0"},
	"log_unreadable":       {"behind": "5242880.0"},
	"runaway_generation":   {"slowest": "2.5", "busy": "15.0"},
	"stuck_dead_thread":    {"idle": "30.0"},
	"throttle_thermal":     {"busy": "10.0"},
	"trends":               {"fit": "75.0", "fit_soon": "85.0", "begun": "0.2", "goes_on": "0.3", "share_soon": "1.0", "at_once": "0.4", "places": "9.0"},
	"gpu_memory_leak":      {"share": "0.035", "many": "10.0"},
	"abandoned_generators": {"least": "134217728.0", "nearly": "0.6", "few": "0.8"},
	"host_memory_growth":   {"share": "0.01", "least": "268435456.0"},
}

// moment is a time after the onset at which a box is judged, or each where it has no name.
type moment struct {
	box   string
	after time.Duration
}

// TestHealthyDays judges the days of a healthy box by the text of the tasks, and counts what they find
// though nothing is wrong: by wary limits at first, then by their own at each run of the tasks around
// what was suspicious.
func TestHealthyDays(t *testing.T) {
	boxes := Days(5)[3:] // one with a reload
	if everything {
		boxes = Days(30)
	}
	l := newLab(t)
	onset := time.Now().UTC().Truncate(day).Add(-day)
	for _, b := range boxes {
		l.store(b.Write(onset, 14*day, 7*time.Hour, day))
	}
	told := map[string]map[moment]bool{}
	tell := func(m moment, f diagnosis.Finding) {
		what := f.Code + " (" + f.Severity + ")"
		if told[what] == nil {
			told[what] = map[moment]bool{}
		}
		told[what][moment{f.Host, m.after}] = true
	}
	for group, step := range coarse {
		began := time.Now()
		var all []moment
		for after := step; after <= day; after += step {
			all = append(all, moment{after: after})
		}
		suspicious := map[moment]bool{}
		first := l.finder
		first.Limits = wary
		for m, findings := range l.judge(first, group, onset, all) {
			for _, f := range findings {
				if f.Severity == "info" {
					tell(m, f)
					continue
				}
				for after := m.after - step + fine[group]; after < m.after+step; after += fine[group] {
					suspicious[moment{f.Host, after}] = true
				}
			}
		}
		for m, findings := range l.judge(l.finder, group, onset, slices.Collect(maps.Keys(suspicious))) {
			for _, f := range findings {
				if f.Severity != "info" {
					tell(m, f)
				}
			}
		}
		t.Logf("%s: %d runs for %d days, and %d more for a day each, took %s", group, len(all), len(boxes), len(suspicious), time.Since(began).Round(time.Second))
	}
	wrong := 0
	t.Logf("| what was found on %d healthy days | times | minutes |\n|---|---|---|", len(boxes))
	for _, what := range slices.Sorted(maps.Keys(told)) {
		code, severity, _ := strings.Cut(what, " ")
		group, err := diagnosis.GroupOf(code)
		require.NoError(t, err)
		step := fine[group]
		if severity == "(info)" {
			step = coarse[group]
		}
		stretches := stretches(told[what], step)
		t.Logf("| %s | %d | %.0f |", what, len(stretches), float64(len(told[what]))*step.Minutes())
		t.Log(strings.Join(stretches, ", "))
		if severity != "(info)" {
			wrong += len(stretches)
		}
	}
	assert.LessOrEqual(t, wrong, len(boxes)/30, "findings on %d healthy days", len(boxes))
}

// stretches are the times without a break at which something was found.
func stretches(found map[moment]bool, step time.Duration) (spans []string) {
	for m := range found {
		if found[moment{m.box, m.after - step}] {
			continue
		}
		end := m.after
		for found[moment{m.box, end + step}] {
			end += step
		}
		spans = append(spans, fmt.Sprintf("%s %s to %s", m.box, m.after, end))
	}
	slices.Sort(spans)
	return spans
}

// judge asks at many moments, two at a time.
func (l lab) judge(finder diagnosis.Finder, g diagnosis.Group, onset time.Time, moments []moment) map[moment][]diagnosis.Finding {
	ctx, stop := context.WithCancelCause(l.t.Context())
	defer stop(nil)
	next := make(chan moment)
	found := map[moment][]diagnosis.Finding{}
	var mu sync.Mutex
	var asking sync.WaitGroup
	for range 2 {
		asking.Go(func() {
			for m := range next {
				findings, err := finder.Of(ctx, g, onset.Add(m.after), m.box)
				if err != nil {
					stop(cmp.Or(context.Cause(ctx), err))
				}
				mu.Lock()
				found[m] = findings
				mu.Unlock()
			}
		})
	}
	for _, m := range moments {
		if ctx.Err() == nil {
			next <- m
		}
	}
	close(next)
	asking.Wait()
	require.NoError(l.t, context.Cause(ctx))
	return found
}
