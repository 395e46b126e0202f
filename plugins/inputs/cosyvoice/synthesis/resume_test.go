package synthesis

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// resumed reads a log up to a cut, and again from the oldest request in flight, as a
// plugin does that was killed there.
type resumed struct {
	zone   *time.Location
	found  map[string]string // what was written by its series and time
	double []string          // written again with another content
}

func (r *resumed) write(news News) {
	for _, s := range news.Syntheses {
		point := fmt.Sprint(s.Point.UnixNano(), s.Mode, s.Outcome, s.Error, s.Streaming)
		content := fmt.Sprint(s.ID, s.Chunks, s.Segments, s.AudioSeconds, s.ComputeSeconds, s.Start.UnixNano())
		if before, ok := r.found[point]; ok && before != content {
			r.double = append(r.double, point)
		}
		r.found[point] = content
	}
	for _, f := range news.Faults {
		r.found[fmt.Sprint(f.At.UnixNano(), f.Error)] = f.Message
	}
	for _, n := range news.Notices {
		r.found[fmt.Sprint(n.At.UnixNano(), n.Code)] = ""
	}
}

// read gives the tracker the text, which stands at offset, and tells whether it can be
// gone on with behind it.
func (r *resumed) read(tracker *Tracker, headers []uint32, text []byte, offset int64, end bool) (_ []uint32, canGoOn bool) {
	s := newSource(r.zone, func(s *source, record *logline.Record) { tracker.Add(record, s.now) })
	s.resume(tracker.Now, headers, offset)
	s.reader.Write(text)
	if end {
		s.flush()
		tracker.End()
	}
	r.write(tracker.Take())
	return s.reader.Headers(), s.reader.IsBetweenRecords() && len(s.early) == 0
}

// TestGoesOnWhereItWasKilled cuts logs anywhere: what was read before the cut and what
// another tracker reads after it are together the same points as of one reading.
func TestGoesOnWhereItWasKilled(t *testing.T) {
	const cuts = 40
	tried := map[string]int{}
	for _, folder := range folders(t) {
		told := readTruth(t, folder)
		if len(told.LogFiles) != 1 {
			continue
		}
		t.Run(filepath.Base(folder), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(folder, told.LogFiles[0]))
			require.NoError(t, err)
			once := resumed{zone: told.zone(t), found: map[string]string{}}
			once.read(NewTracker(TextLength, State{}), nil, text, 0, true)
			count := 0
			for i := range cuts {
				cut := len(text) * (i + 1) / (cuts + 1)
				for cut > 0 && text[cut-1] != '\n' {
					cut--
				}
				twice := resumed{zone: once.zone, found: map[string]string{}}
				first := NewTracker(TextLength, State{})
				headers, canGoOn := twice.read(first, nil, text[:cut], 0, false)
				if !canGoOn {
					continue
				}
				count++
				remembered, err := json.Marshal(first.State)
				require.NoError(t, err)
				var state State
				require.NoError(t, json.Unmarshal(remembered, &state))
				twice.read(NewTracker(TextLength, state), headers, text[cut:], int64(cut), true)
				require.Empty(t, twice.double, "cut at %d", cut)
				require.Equal(t, once.found, twice.found, "cut at %d", cut)
			}
			tried[filepath.Base(folder)] = count
		})
	}
	require.Greater(t, tried["c8_mixed"], cuts/2)
}
