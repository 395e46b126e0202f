package synthesis

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// reading is what the tracker made of a log.
type reading struct {
	tracker   *Tracker
	syntheses []Synthesis
	faults    []Fault
	exact     []pairing
	inferred  int
}

// pairing is a yield that was paired beyond doubt, and when its segment started.
type pairing struct {
	audio, rtf float64
	at         time.Time
	started    time.Time
}

func read(t *testing.T, folder string, told truth) reading {
	t.Helper()
	r := reading{tracker: NewTracker(TextLength, State{})}
	zone := told.zone(t)
	r.tracker.paired = func(record *logline.Record, s *segment, exact bool) {
		if exact {
			r.exact = append(r.exact, pairing{record.Yield.AudioSeconds, record.Yield.RTF, record.Stamp.In(zone), s.Started})
		} else {
			r.inferred++
		}
	}
	var logs []Log
	for _, name := range told.LogFiles {
		text, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		logs = append(logs, Log{Name: name, Reader: bytes.NewReader(text), Written: time.Unix(1e9, 0)})
	}
	var news News
	_, err := Replay(r.tracker, zone, logs, func() { news.add(r.tracker.Take()) })
	require.NoError(t, err)
	r.syntheses, r.faults = news.Syntheses, news.Faults
	return r
}

func folders(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("testdata/*/*/truth.json")
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for i := range found {
		found[i] = filepath.Dir(found[i])
	}
	return found
}

// TestTruth scores every log by what the program that made it knew.
func TestTruth(t *testing.T) {
	for _, folder := range folders(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			told := readTruth(t, folder)
			got := read(t, folder, told)
			t.Logf("%d requests, %d yields: %d inferred", len(told.Requests), told.Totals.Yields, got.inferred)

			var audio, compute float64
			var chunks int
			for _, s := range got.syntheses {
				audio, compute, chunks = audio+s.AudioSeconds, compute+s.ComputeSeconds, chunks+s.Chunks
			}
			if told.Alike {
				return // it is read without harm, and no more can be asked
			}
			require.InDelta(t, told.Totals.Audio, audio, 1e-6, "audio seconds")
			require.InDelta(t, told.Totals.Compute, compute, 1e-6, "compute seconds")
			require.Equal(t, told.Totals.Yields, chunks, "chunks")
			if filepath.Base(folder) == "tqdm_disabled" {
				// Without bars and arrivals nothing tells where a request ends.
				for _, s := range got.syntheses {
					require.True(t, s.Inferred)
				}
				return
			}
			require.Equal(t, fmt.Sprint(outcomesOf(told)), fmt.Sprint(outcomesFound(got)), "outcomes")
			checkPairs(t, told, got)
			right, all := grouped(told, got)
			t.Logf("grouping: %d of %d requests have their audio and chunks exactly", right, all)
		})
	}
}

func outcomesOf(told truth) map[string]int {
	counts := map[string]int{}
	for _, r := range told.Requests {
		if r.Outcome == "refused" || r.Outcome == "hung" && len(r.Segments) == 0 {
			continue // it has left no line
		}
		outcome := r.Outcome
		if outcome == "hung" {
			outcome = "stuck"
		}
		counts[strings.TrimSpace(outcome+" "+r.expected())]++
	}
	return counts
}

func outcomesFound(got reading) map[string]int {
	counts := map[string]int{}
	for _, s := range got.syntheses {
		class := ""
		if s.Outcome == Failed {
			class = string(s.Error)
		}
		counts[strings.TrimSpace(string(s.Outcome)+" "+class)]++
	}
	return counts
}

// checkPairs holds each pairing that was called exact against the truth.
func checkPairs(t *testing.T, told truth, got reading) {
	t.Helper()
	for _, p := range got.exact {
		truth := told.segmentOf(p)
		require.NotZero(t, truth, "nobody handed out %g s at %s", p.audio, p.at)
		require.Less(t, math.Abs(unix(p.started)-truth), 0.05,
			"%g s at %s belong to the segment that started at %.3f, not to that of %.3f", p.audio, p.at, truth, unix(p.started))
	}
}

// segmentOf is when the segment of a yield started. The same audio and rtf may come
// twice, so the time counts too.
func (t *truth) segmentOf(p pairing) (started float64) {
	for _, r := range t.Requests {
		for _, s := range r.Segments {
			for _, y := range s.Yields {
				if y.Audio == p.audio && y.RTF == p.rtf && math.Abs(y.At-unix(p.at)) < 0.1 {
					started = s.Start
				}
			}
		}
	}
	return started
}

func unix(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// grouped counts the requests of which one synthesis has exactly their audio and chunks.
func grouped(told truth, got reading) (right, all int) {
	found := map[string]int{}
	key := func(audio float64, chunks int, mode string) string {
		return fmt.Sprintf("%.3f %d", audio, chunks)
	}
	for _, s := range got.syntheses {
		found[key(s.AudioSeconds, s.Chunks, string(s.Mode))]++
	}
	for _, r := range told.Requests {
		if len(r.Segments) == 0 {
			continue
		}
		all++
		if k := key(r.Audio, r.Yields, r.Mode); found[k] > 0 {
			found[k]--
			right++
		}
	}
	return right, all
}

// TestNoTextLeaks looks for the invented names, numbers and passwords of the texts in all
// that comes out.
func TestNoTextLeaks(t *testing.T) {
	for _, folder := range folders(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			got := read(t, folder, readTruth(t, folder))
			out := fmt.Sprintf("%+v %+v %+v", got.syntheses, got.faults, got.tracker)
			for _, needle := range needles(t, folder) {
				require.NotContains(t, out, needle)
			}
		})
	}
}

func needles(t *testing.T, folder string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "texts.json"))
	require.NoError(t, err)
	var texts struct{ Needles []string }
	require.NoError(t, json.Unmarshal(text, &texts))
	if len(texts.Needles) == 0 {
		return nil // nobody said anything
	}
	return strings.Split(strings.Join(texts.Needles, "\n"), "\n")
}
