package past

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/history"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// newLab is an InfluxDB with empty buckets that keep points as long as a stack's do.
func newLab(t *testing.T) (*influxd.Server, *influx.Client) {
	s := influxd.Start(t)
	s.SetUp(rollup.Defaults.Raw, rollup.Defaults.Events, rollup.Defaults.Minutes, rollup.Defaults.Hours)
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	return s, client
}

// TestFill fills half a week, is cut off in the middle of it, and begins again a few minutes later.
func TestFill(t *testing.T) {
	s, client := newLab(t)
	anchor := present
	now := func() time.Time { return anchor.Add(3 * time.Minute) }
	// The evening two days ago, on which the host was busy, has another evening before it to compare with.
	p := Plan{Box: testBox, From: Oldest(anchor, 84*time.Hour), Anchor: anchor, Seed: 1}

	ctx, cut := context.WithCancel(t.Context())
	_, err := Fill(ctx, client, rollup.Defaults, p, now, func(at time.Time) {
		if at.Sub(p.From) > 40*time.Hour {
			cut()
		}
	})
	require.ErrorIs(t, err, context.Canceled)

	filled, err := Fill(t.Context(), client, rollup.Defaults, p, now, func(time.Time) {})
	require.NoError(t, err)
	assert.True(t, now().Truncate(time.Minute).Equal(filled.Until), filled.Until)

	keeper := history.Keeper{Client: client, Params: rollup.Defaults}
	gaps, err := keeper.Gaps(t.Context(), p.From, filled.Until)
	require.NoError(t, err)
	assert.Empty(t, gaps)
	for _, source := range rollup.Sources {
		hours, err := keeper.Hours(t.Context(), source, p.From, filled.Until.Truncate(time.Hour))
		require.NoError(t, err)
		for _, h := range hours {
			assert.Equal(t, []int64{h.Raw, h.Raw}, []int64{h.Minutes, h.Hours}, "%s at %s", h.Measurement, h.Start)
		}
	}
	records, err := s.Query(fmt.Sprintf(`from(bucket: %q) |> range(start: 0)
  |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r._field =~ /^state_.*_seconds$/) |> group(columns: ["_time"]) |> sum()`, rollup.Defaults.Hours))
	require.NoError(t, err)
	require.Len(t, records, int(filled.Until.Truncate(time.Hour).Sub(p.From).Hours()))
	for _, r := range records {
		if at := r.ValueByKey("_time").(time.Time); !at.Equal(p.From) {
			assert.InDelta(t, 3600, r.Value(), coarse.Seconds(), "the state is known of each second of the hour of %s", at)
		}
	}

	assert.EqualValues(t, filled.Syntheses, counted(t, s, `r._measurement == "cosyvoice_synthesis" and r._field == "request_id"`))

	busy := counted(t, s, `r._measurement == "cosyvoice_diagnosis" and r._field == "since" and r.code == "host_cpu_contention"`)
	assert.GreaterOrEqual(t, busy, int64(60), "minutes of the evening two days ago")
	assert.EqualValues(t, filled.Findings, counted(t, s, `r._measurement == "cosyvoice_diagnosis" and r._field == "since"`))
	runs := int64(filled.Until.Sub(p.From)/time.Minute) + 1
	assert.EqualValues(t, runs, counted(t, s, `r._measurement == "cosyvoice_judgement" and r.group == "minutes"`))
	numbers, err := s.Query(fmt.Sprintf(`from(bucket: %q) |> range(start: 0) |> filter(fn: (r) => r._measurement == "cosyvoice_judgement") |> group() |> sum()`, rollup.Defaults.Events))
	require.NoError(t, err)
	assert.EqualValues(t, filled.Findings, numbers[0].Value())

	finder := diagnosis.Finder{Client: client, Params: rollup.Defaults}
	for _, usual := range []time.Time{p.clock(2, 4, 0), p.clock(2, 19, 50), p.clock(1, 11, 0), p.clock(1, 20, 30), anchor} {
		for _, group := range []diagnosis.Group{diagnosis.Minutes, diagnosis.Trends} {
			findings, err := finder.Of(t.Context(), group, usual, testBox.Host)
			require.NoError(t, err)
			assert.Empty(t, findings, "on a usual day, at %s", usual)
		}
	}
}

// counted is the number of the events that fulfil a condition.
func counted(t *testing.T, s *influxd.Server, condition string) int64 {
	t.Helper()
	records, err := s.Query(fmt.Sprintf(`from(bucket: %q) |> range(start: 0) |> filter(fn: (r) => %s) |> count() |> group() |> sum()`, rollup.Defaults.Events, condition))
	require.NoError(t, err)
	if len(records) == 0 {
		return 0
	}
	return records[0].Value().(int64)
}
