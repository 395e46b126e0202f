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

// TestHealthyDays judges the days of a healthy box by the text of the tasks, and counts what they find
// though nothing is wrong. Of thirty days each minute is judged, so that nothing comes and goes unseen;
// a trend is one of half an hour at the least. Of the two days of a short run, one with a reload, so many
// are that no window of five minutes is left out.
func TestHealthyDays(t *testing.T) {
	boxes := Days(5)[3:]
	every := map[diagnosis.Group]time.Duration{diagnosis.Minutes: 5 * time.Minute, diagnosis.Trends: 30 * time.Minute}
	if everything {
		boxes = Days(30)
		every = map[diagnosis.Group]time.Duration{diagnosis.Minutes: time.Minute, diagnosis.Trends: 10 * time.Minute}
	}
	l := newLab(t)
	onset := time.Now().UTC().Truncate(day).Add(-day)
	for _, b := range boxes {
		l.store(b.Write(onset, 14*day, 7*time.Hour, day))
	}
	told := map[string]map[string][]time.Duration{} // by severity and code, and by box: after the onset
	for group, step := range every {
		began, runs := time.Now(), 0
		for after := step; after <= day; after += step {
			runs++
		}
		for after, findings := range l.many(group, onset, step) {
			for _, f := range findings {
				what := f.Severity + " " + f.Code
				if told[what] == nil {
					told[what] = map[string][]time.Duration{}
				}
				told[what][f.Host] = append(told[what][f.Host], after)
			}
		}
		t.Logf("%d runs of %s, of %d days each, took %s", runs, group, len(boxes), time.Since(began).Round(time.Second))
	}
	false := 0
	t.Logf("| what was found on %d healthy days | times | minutes |\n|---|---|---|", len(boxes))
	for _, what := range slices.Sorted(maps.Keys(told)) {
		severity, code, _ := strings.Cut(what, " ")
		group, err := diagnosis.GroupOf(code)
		require.NoError(t, err)
		var spans []string
		minutes := 0.0
		for host, times := range told[what] {
			slices.Sort(times)
			for len(times) > 0 {
				last := 1
				for last < len(times) && times[last]-times[last-1] <= every[group] {
					last++
				}
				minutes += (times[last-1] - times[0] + every[group]).Minutes()
				spans = append(spans, fmt.Sprintf("%s %s to %s", host, times[0], times[last-1]))
				times = times[last:]
			}
		}
		t.Logf("| %s (%s) | %d | %.0f |", code, severity, len(spans), minutes)
		t.Log(strings.Join(slices.Sorted(slices.Values(spans)), ", "))
		if severity != "info" {
			false += len(spans)
		}
	}
	assert.LessOrEqual(t, false, len(boxes)/30, "findings on %d healthy days", len(boxes))
}

// many are the findings of a day, judged so often, two at a time.
func (l lab) many(g diagnosis.Group, onset time.Time, step time.Duration) map[time.Duration][]diagnosis.Finding {
	ctx, stop := context.WithCancelCause(l.t.Context())
	defer stop(nil)
	times := make(chan time.Duration)
	found := map[time.Duration][]diagnosis.Finding{}
	var mu sync.Mutex
	var asking sync.WaitGroup
	for range 2 {
		asking.Go(func() {
			for after := range times {
				findings, err := l.finder.Of(ctx, g, onset.Add(after), "")
				if err != nil {
					stop(cmp.Or(context.Cause(ctx), err))
				}
				mu.Lock()
				found[after] = findings
				mu.Unlock()
			}
		})
	}
	for after := step; after <= day && ctx.Err() == nil; after += step {
		times <- after
	}
	close(times)
	asking.Wait()
	require.NoError(l.t, context.Cause(ctx))
	return found
}
