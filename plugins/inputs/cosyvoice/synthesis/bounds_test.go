package synthesis

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

func TestRequestsAreBounded(t *testing.T) {
	var lines []string
	for row := range 2 * maxRequests {
		lines = append(lines, "\r  0%|          | 0/2 [00:00<?, ?it/s]"+strings.Repeat("\x1b[A", row)+"@10.000 synthesis text 你好")
	}
	tracker := told(t, TextLength, lines...)
	require.Len(t, tracker.Requests, maxRequests)
	require.Len(t, tracker.open, maxRequests)
}

func TestErrorsAreBounded(t *testing.T) {
	lines := []string{"@10.000 input frame rate=25"}
	for i := range 2 * maxFaults {
		lines = append(lines, fmt.Sprintf("RuntimeError: CUDA error: an illegal memory access was encountered (%d)", i), "@10.000 something else")
	}
	tracker := told(t, TextLength, lines...)
	require.Len(t, tracker.Take().Faults, maxFaults)
	require.NotZero(t, tracker.faultsDropped)
}

// TestRubbish gives the tracker the lines of all logs in any order, damaged: it must not
// fail, and must not gather what never ends.
func TestRubbish(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var lines []string
	for _, folder := range folders(t) {
		for _, name := range readTruth(t, folder).LogFiles {
			text, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			lines = append(lines, strings.SplitAfter(string(text), "\n")...)
		}
	}
	tracker := NewTracker(FullText, State{})
	s := newSource(time.UTC, func(s *source, record *logline.Record) { tracker.Add(record, s.now) })
	for range 100_000 {
		line := []byte(lines[random.IntN(len(lines))])
		if len(line) > 0 && random.IntN(4) == 0 {
			line[random.IntN(len(line))] = byte(random.IntN(256))
		}
		s.reader.Write(line)
		require.LessOrEqual(t, len(tracker.Requests), maxRequests)
		require.LessOrEqual(t, len(tracker.open), maxRequests)
		require.LessOrEqual(t, tracker.Load.InFlight, maxRequests)
		require.GreaterOrEqual(t, tracker.Load.InFlight, 0)
		if tracker.hasNews() {
			tracker.Take()
		}
	}
	s.flush()
	tracker.End()
	require.Zero(t, tracker.Load.InFlight)
	require.Empty(t, tracker.open)
}
