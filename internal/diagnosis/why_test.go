package diagnosis

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/scenario"
)

// TestWhy asks about boxes of which each has another trouble.
func TestWhy(t *testing.T) {
	s := lab(t)
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	finder := Finder{Client: client, Params: rollup.Defaults}
	onset := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
	for _, box := range scenario.Stories() {
		store(s, box.Write(onset, 8*time.Hour, 30*time.Minute, 40*time.Minute))
	}
	ask := func(host string, after time.Duration) *Answer {
		answer, err := finder.Why(t.Context(), Question{Host: host}, onset.Add(after))
		require.NoError(t, err)
		return answer
	}

	t.Run("a leak fills the card", func(t *testing.T) {
		// The leak is named before, with the time that is left.
		early, err := finder.At(t.Context(), onset.Add(22*time.Minute), "story-leak")
		require.NoError(t, err)
		require.Len(t, early, 1)
		assert.Equal(t, "gpu_memory_leak", early[0].Code)
		assert.InDelta(t, (scenario.LeakFull - 22*time.Minute).Seconds(), early[0].Evidence["seconds_to_full"], 120)

		a := ask("story-leak", 35*time.Minute)
		require.NotNil(t, a.Synthesis)
		assert.Equal(t, "out_of_memory", a.Synthesis.Error)
		assert.Equal(t, "gpu_memory_leak", a.Cause.Code)
		assert.Equal(t, "gpu_out_of_memory", a.Direct.Code)
		assert.Equal(t, Likely, a.Sure)
		assert.Contains(t, a.RuledOut, "gpu_memory_neighbour")
		assert.NotContains(t, a.RuledOut, "gpu_memory_leak")
		assert.Empty(t, a.Missing)
		assert.Greater(t, len(a.Timeline), 25)
		assert.NotEmpty(t, a.Events)

		for _, later := range []time.Duration{35 * time.Minute, 5 * time.Hour, 29 * 24 * time.Hour} {
			byID, err := finder.Why(t.Context(), Question{Request: a.Synthesis.RequestID, Host: "story-leak"}, onset.Add(later))
			require.NoError(t, err)
			assert.Equal(t, a.Synthesis, byID.Synthesis)
		}
		_, err = finder.Why(t.Context(), Question{Request: a.Synthesis.RequestID, Host: "story-calm"}, onset.Add(35*time.Minute))
		require.ErrorContains(t, err, a.Synthesis.RequestID)
		byTime, err := finder.Why(t.Context(), Question{At: a.At, Host: "story-leak"}, onset.Add(35*time.Minute))
		require.NoError(t, err)
		assert.Equal(t, "gpu_memory_leak", byTime.Cause.Code)
	})
	t.Run("the host's processors are full in the evening", func(t *testing.T) {
		a, err := finder.Why(t.Context(), Question{At: onset.Add(8 * time.Minute), Host: "story-evening"}, onset.Add(20*time.Minute))
		require.NoError(t, err)
		assert.Equal(t, "host_cpu_contention", a.Cause.Code)
		assert.Nil(t, a.Direct)
		assert.InDelta(t, 98, a.Cause.Evidence["host_cpu_percent"], 2)
		assert.Contains(t, a.RuledOut, "throttle_thermal")
	})
	t.Run("nothing is wrong", func(t *testing.T) {
		a := ask("story-calm", 35*time.Minute)
		assert.Nil(t, a.Cause)
		assert.Nil(t, a.Synthesis)
		assert.Equal(t, Unknown, a.Sure)
		assert.NotNil(t, a.Findings)
		assert.Empty(t, a.Missing)
	})
	t.Run("a failure of which nothing tells the cause", func(t *testing.T) {
		a := ask("story-riddle", 35*time.Minute)
		require.NotNil(t, a.Synthesis)
		assert.Equal(t, "other", a.Synthesis.Error)
		assert.Nil(t, a.Cause)
	})
	t.Run("too soon after a start to speak of growth", func(t *testing.T) {
		a := ask("story-young", 12*time.Minute)
		assert.Equal(t, "gpu_out_of_memory", a.Cause.Code)
		assert.Equal(t, Certain, a.Sure)
		assert.Contains(t, a.Missing, NoGrowth)
		assert.NotContains(t, a.RuledOut, "gpu_memory_leak")
		assert.Contains(t, a.RuledOut, "gpu_memory_neighbour")
	})
	t.Run("nothing was heard", func(t *testing.T) {
		a, err := finder.Why(t.Context(), Question{At: onset.Add(-7 * time.Hour), Host: "story-calm"}, onset)
		require.NoError(t, err)
		assert.Equal(t, []Gap{NoData}, a.Missing)
		assert.Nil(t, a.Cause)
	})
	t.Run("an unknown request", func(t *testing.T) {
		_, err := finder.Why(t.Context(), Question{Request: "nobody's"}, onset)
		require.ErrorContains(t, err, "nobody's")
	})
	t.Run("all of a time", func(t *testing.T) {
		tasks, err := Tasks(rollup.Defaults, nil)
		require.NoError(t, err)
		for after := 2 * time.Minute; after <= 37*time.Minute; after += 5 * time.Minute {
			for _, task := range tasks {
				_, err := s.Query(influxd.At(onset.Add(after), task.Flux))
				require.NoError(t, err)
			}
		}
		summary, err := finder.Since(t.Context(), onset.Add(-time.Hour), onset.Add(38*time.Minute), "")
		require.NoError(t, err)
		found := map[string]Period{}
		for _, p := range summary.Periods {
			found[p.Host+" "+p.Code] = p
		}
		leak := found["story-leak gpu_memory_leak"]
		assert.GreaterOrEqual(t, leak.Times, int64(2))
		assert.True(t, leak.From.Before(onset.Add(26*time.Minute)), leak.From)
		assert.Contains(t, found, "story-evening host_cpu_contention")
		assert.NotContains(t, found, "story-calm")
		failures := map[string]int64{}
		for _, f := range summary.Failures {
			failures[f.Host+" "+f.Error] += f.Number
		}
		assert.Positive(t, failures["story-leak out_of_memory"])
		assert.Equal(t, int64(1), min(1, failures["story-riddle other"]))
	})
}
