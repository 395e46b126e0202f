package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
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
		assert.InDelta(t, 24*(1<<30), leak.Evidence["memory_total_bytes"], 1)
		assert.Positive(t, leak.Evidence["rise_bytes_per_synthesis"])
		assert.NotContains(t, leak.Evidence, "since")
		assert.Contains(t, found, "story-evening host_cpu_contention")
		assert.NotContains(t, found, "story-calm")
		failures := map[string]int64{}
		for _, f := range summary.Failures {
			failures[f.Host+" "+f.Error] += f.Number
		}
		assert.Positive(t, failures["story-leak out_of_memory"])
		assert.Equal(t, int64(1), min(1, failures["story-riddle other"]))
	})
	t.Run("the newest failure of each kind, and why", func(t *testing.T) {
		failed, err := finder.Failed(t.Context(), onset.Add(-time.Hour), onset.Add(36*time.Minute), "story-leak", 5)
		require.NoError(t, err)
		require.Len(t, failed, 1)
		newest, err := finder.failed(t.Context(), onset.Add(-time.Hour), onset.Add(36*time.Minute), `r.host == "story-leak"`)
		require.NoError(t, err)
		assert.Equal(t, *newest, failed[0])
		a, err := finder.Explain(t.Context(), failed[0], onset.Add(36*time.Minute))
		require.NoError(t, err)
		assert.Equal(t, "gpu_memory_leak", a.Cause.Code)
		assert.Equal(t, failed[0].At, a.At)
		all, err := finder.Failed(t.Context(), onset.Add(-time.Hour), onset.Add(36*time.Minute), "", 5)
		require.NoError(t, err)
		require.Len(t, all, 2, "out_of_memory and other")
		assert.False(t, all[0].At.Before(all[1].At))
	})
	t.Run("the slowest", func(t *testing.T) {
		slowest, err := finder.Slowest(t.Context(), onset.Add(-time.Hour), onset.Add(36*time.Minute), "story-evening", 7)
		require.NoError(t, err)
		all, err := finder.syntheses(t.Context(), onset.Add(-time.Hour), onset.Add(36*time.Minute), `r.host == "story-evening" and r.outcome == "ok"`)
		require.NoError(t, err)
		slices.SortFunc(all, func(a, b Synthesis) int {
			return cmp.Compare(b.Figures["duration_seconds"], a.Figures["duration_seconds"])
		})
		assert.Equal(t, all[:7], slowest)
	})
	t.Run("events by their kind", func(t *testing.T) {
		happened, err := finder.Happened(t.Context(), onset.Add(-time.Hour), onset.Add(36*time.Minute), "story-young")
		require.NoError(t, err)
		require.Len(t, happened, 2)
		assert.Equal(t, Happening{Kind: "oom", Severity: "error", Number: 1, Last: happened[0].Last, Message: "CUDA out of memory"}, happened[0])
		assert.WithinDuration(t, onset.Add(10*time.Minute), happened[0].Last, time.Second)
		assert.Equal(t, "start", happened[1].Kind)
	})
	t.Run("the health of one host", func(t *testing.T) {
		now := onset.Add(35*time.Minute + 30*time.Second)
		sick, err := finder.HealthOf(t.Context(), now, "story-leak")
		require.NoError(t, err)
		assert.NotEqual(t, "ok", sick.Status)
		calm, err := finder.HealthOf(t.Context(), now, "story-calm")
		require.NoError(t, err)
		assert.Empty(t, calm.Findings)
		assert.Equal(t, "unknown", calm.Status)
		assert.Contains(t, calm.Sentence(words.English), "no plugin has been heard")

		tick := func(line string, age time.Duration) {
			s.Write(rollup.Defaults.Raw, []string{fmt.Sprintf("%s %d", line, now.Add(-age).UnixNano())})
		}
		tick("cosyvoice_agent,host=fresh,collector=plugin success=1i", 10*time.Second)
		tick("cosyvoice_service,host=fresh,instance=50000 up=1i", 10*time.Second)
		fresh, err := finder.HealthOf(t.Context(), now, "fresh")
		require.NoError(t, err)
		assert.Equal(t, "unknown", fresh.Status)
		assert.Contains(t, fresh.Sentence(words.English), "the tasks in InfluxDB have judged nothing")

		tick("cosyvoice_agent,host=story-calm,collector=plugin success=1i", 10*time.Second)
		calm, err = finder.HealthOf(t.Context(), now, "story-calm")
		require.NoError(t, err)
		assert.Equal(t, "unknown", calm.Status)
		assert.Contains(t, calm.Sentence(words.English), "no CosyVoice server is seen")

		// Of another version before: only what is newest counts.
		tick("cosyvoice_service,host=story-calm,instance=50000,version=2 up=0i", 70*time.Second)
		tick("cosyvoice_service,host=story-calm,instance=50000,version=3 up=1i", 10*time.Second)
		require.NoError(t, s.Client.DeleteAPI().DeleteWithName(t.Context(), influxd.Org, rollup.Defaults.Events, onset, now, `_measurement="cosyvoice_judgement"`))
		s.Judged(rollup.Defaults.Events, "minutes", now.Add(-21*time.Minute))
		s.Judged(rollup.Defaults.Events, "trends", now.Add(-time.Minute))
		calm, err = finder.HealthOf(t.Context(), now, "story-calm")
		require.NoError(t, err)
		assert.Equal(t, "unknown", calm.Status)
		assert.Contains(t, calm.Sentence(words.English), "the tasks in InfluxDB have judged nothing")

		s.Judged(rollup.Defaults.Events, "minutes", now.Add(-19*time.Minute))
		// Of the four hours before there are ten whole windows of twenty minutes; one of them was judged.
		s.Judged(rollup.Defaults.Events, "minutes", now.Truncate(20*time.Minute).Add(-130*time.Minute))
		unjudged, err := finder.Unjudged(t.Context(), now.Truncate(20*time.Minute).Add(-239*time.Minute), now.Truncate(20*time.Minute).Add(-time.Minute))
		require.NoError(t, err)
		assert.Equal(t, 9*20*time.Minute, unjudged)
		calm, err = finder.HealthOf(t.Context(), now, "story-calm")
		require.NoError(t, err)
		assert.Equal(t, "ok", calm.Status)

		tick("cosyvoice_service,host=story-calm,instance=50000,version=3 up=0i", time.Second)
		calm, err = finder.HealthOf(t.Context(), now, "story-calm")
		require.NoError(t, err)
		assert.Equal(t, "error", calm.Status)
		assert.Equal(t, []string{"50000"}, calm.Down)
		assert.Contains(t, calm.Sentence(words.English), "The CosyVoice server 50000 is not running.")
	})
}
