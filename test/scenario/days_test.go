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
	wrong := 0
	t.Run("minutes", func(t *testing.T) {
		l, onset := newLab(t), midnight()
		for _, b := range boxes {
			l.store(b.Write(onset, 8*day, 2*time.Hour, day))
		}
		wrong += l.days(diagnosis.Minutes, onset, len(boxes), []string{""})
	})
	t.Run("trends", func(t *testing.T) {
		l, onset := newLab(t), midnight()
		var names []string // what grows takes long to judge, and no less for all of them at once
		for _, b := range boxes {
			l.store(b.Write(onset, 14*day, 7*time.Hour, day, "cosyvoice_service", "system_metrics", "cosyvoice_synthesis"))
			names = append(names, b.Name)
		}
		wrong += l.days(diagnosis.Trends, onset, len(boxes), names)
	})
	assert.LessOrEqual(t, wrong, len(boxes)/30, "findings on %d healthy days", len(boxes))
}

// midnight is the beginning of a day that is over.
func midnight() time.Time { return time.Now().UTC().Truncate(day).Add(-day) }

// days tells what a group finds on days that are judged side by side, all of the boxes "" at once, and
// returns how often that is wrong.
func (l lab) days(g diagnosis.Group, onset time.Time, number int, boxes []string) (wrong int) {
	began := time.Now()
	told := map[string]map[moment]bool{}
	tell := func(m moment, f diagnosis.Finding) {
		what := f.Code + " (" + f.Severity + ")"
		if told[what] == nil {
			told[what] = map[moment]bool{}
		}
		told[what][moment{f.Host, m.after}] = true
	}
	var first []moment
	for after := coarse[g]; after <= day; after += coarse[g] {
		for _, box := range boxes {
			first = append(first, moment{box, after})
		}
	}
	suspicious := map[moment]bool{}
	finder := l.finder
	finder.Limits = wary
	for m, findings := range l.judge(finder, g, onset, first) {
		for _, f := range findings {
			if f.Severity == "info" {
				tell(m, f)
				continue
			}
			for after := m.after - coarse[g] + fine[g]; after < m.after+coarse[g]; after += fine[g] {
				suspicious[moment{f.Host, after}] = true
			}
		}
	}
	for m, findings := range l.judge(l.finder, g, onset, slices.Collect(maps.Keys(suspicious))) {
		for _, f := range findings {
			if f.Severity != "info" {
				tell(m, f)
			}
		}
	}
	l.t.Logf("%d runs for %d days, and %d more where something was suspicious, took %s", len(first), number, len(suspicious), time.Since(began).Round(time.Second))
	l.t.Log("| found | times | minutes |\n|---|---|---|")
	for _, what := range slices.Sorted(maps.Keys(told)) {
		info := strings.HasSuffix(what, " (info)")
		step := fine[g]
		if info {
			step = coarse[g]
		}
		times := stretches(told[what], step)
		l.t.Logf("| %s | %d | %.0f |", what, len(times), float64(len(told[what]))*step.Minutes())
		l.t.Log(strings.Join(times, ", "))
		if !info {
			wrong += len(times)
		}
	}
	return wrong
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
