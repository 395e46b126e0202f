//go:build e2e

package e2e

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSyntheses compares what InfluxDB holds of two servers with what they know
// themselves: of a busy one, and of one where a quarter of the requests fails, one after
// the other. Which of several at once has failed, a log does not always tell.
func TestSyntheses(t *testing.T) {
	const many, few = 40, 24
	s := startWatch(t)
	busy := s.serve("--entry", "fastapi", "--requests", fmt.Sprint(many), "--rate", "600", "--clients", "3", "--rtf", "0.06")
	failing := s.serve("--entry", "fastapi", "--gpu", "1", "--scenario", "accidents", "--seed", "2",
		"--requests", fmt.Sprint(few), "--rate", "600", "--clients", "1", "--rtf", "0.06")

	for _, test := range []struct {
		name string
		*server
		requests int
		exact    int // at least
		sharp    int // peaks that no sample can miss, at least
	}{{"busy", busy, many, 4, 8}, {"failing", failing, few, few / 2, 0}} {
		t.Run(test.name, func(t *testing.T) {
			told := test.truthsOf(test.requests)
			rows := test.hold(test.requests)
			compareSums(t, told, rows)
			assert.GreaterOrEqual(t, compareExact(t, told, rows), test.exact)
			assert.GreaterOrEqual(t, comparePeaks(t, told, sameSyntheses(t, told, rows)), test.sharp)
			s.eventually("nothing is in flight any more", func() bool {
				inFlight, ok := s.service(test.instance, "in_flight")
				return ok && inFlight == 0
			})
		})
	}
	expected := map[string]int{"ok ": 18, "error out_of_memory": 2, "error no_tokens": 2, "abandoned ": 2}
	assert.Equal(t, expected, outcomesTold(failing.truths()))
	assert.Equal(t, expected, outcomesFound(failing.syntheses()))
	assert.Len(t, failing.eventsOf("oom"), 2)
	assert.Len(t, failing.eventsOf("llm_thread_died"), 2)
	assert.Empty(t, busy.eventsOf("oom"))
}

func compareSums(t *testing.T, told []truth, rows []map[string]any) {
	assert.Equal(t, outcomesTold(told), outcomesFound(rows))
	var audio, compute, seenAudio, seenCompute float64
	for i := range told {
		audio, compute = audio+told[i].Audio, compute+told[i].Compute
	}
	for _, row := range rows {
		seenAudio, seenCompute = seenAudio+number(row, "audio_seconds"), seenCompute+number(row, "compute_seconds")
	}
	assert.InEpsilon(t, audio, seenAudio, 0.01)
	assert.InEpsilon(t, compute, seenCompute, 0.01)
	t.Logf("%d syntheses; audio %.2f s of %.2f s, compute %.3f s of %.3f s", len(rows), seenAudio, audio, seenCompute, compute)
}

func outcomesTold(told []truth) map[string]int {
	counts := map[string]int{}
	for i := range told {
		counts[told[i].Outcome+" "+told[i].Error]++
	}
	return counts
}

func outcomesFound(rows []map[string]any) map[string]int {
	counts := map[string]int{}
	for _, row := range rows {
		counts[fmt.Sprintf("%v %s", row["outcome"], errorOf(row))]++
	}
	return counts
}

// compareExact expects of what is said to be exact that all of it is so, and counts it.
func compareExact(t *testing.T, told []truth, rows []map[string]any) (exact int) {
	for _, row := range rows {
		if row["grouping"] == "exact" {
			exact++
			assert.True(t, someIs(told, row), "said to be exact, and is not: %v", row)
		}
	}
	t.Logf("%d of %d are exact", exact, len(rows))
	return exact
}

// someIs tells whether there is a synthesis with all that the row says.
func someIs(told []truth, row map[string]any) bool {
	for i := range told {
		tr := &told[i]
		if tr.isThatOf(row) && row["mode"] == tr.Mode && number(row, "segments") == float64(tr.Segments) &&
			number(row, "characters") == float64(tr.Characters) && math.Abs(number(row, "compute_seconds")-tr.Compute) < 0.005 &&
			(tr.Chunks <= tr.Segments || row["streaming"] == fmt.Sprint(tr.Stream)) {
			return true
		}
	}
	return false
}

// comparePeaks expects of each peak what samples a second apart can know: no less than
// what was held for a second, and no more than there was in the seconds around it. It
// counts those that had to be well above the memory at rest.
func comparePeaks(t *testing.T, told []truth, rows []map[string]any) (sharp int) {
	const work = 100 << 20
	atRest, off := math.Inf(1), 0.0
	for i := range told {
		if told[i].MemoryHeld > 0 {
			atRest = min(atRest, told[i].MemoryHeld)
		}
	}
	for i := range told {
		if rows[i] == nil {
			continue
		}
		tr, peak := &told[i], number(rows[i], "gpu_memory_peak_bytes")
		require.NotZero(t, peak, "%v", rows[i])
		most := 0.0
		for j := range told {
			if told[j].Start < tr.End+1 && told[j].End > tr.Start-1 {
				most = max(most, told[j].MemoryPeak)
			}
		}
		assert.LessOrEqual(t, peak, most, "%+v", tr)
		if !tr.hasAudioOf(rows[i]) {
			continue // inferred, and not all of it: its time is not the true one either
		}
		assert.GreaterOrEqual(t, peak, tr.MemoryHeld, "%+v", tr)
		if tr.MemoryHeld > atRest+work {
			sharp++
		}
		off = max(off, math.Abs(peak-tr.MemoryPeak))
	}
	t.Logf("of %d peaks %d had to be above the memory at rest; furthest from the true one: %.0f MiB", len(told), sharp, off/(1<<20))
	return sharp
}
