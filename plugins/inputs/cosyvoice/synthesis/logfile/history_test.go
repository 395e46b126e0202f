package logfile

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRandomHistories lets a log live through everything that may happen to it, while the
// plugin is killed at random points. After that reading must go on exactly at the start of
// the line that was saved: what was read up to the last checkpoint, and after it again, is
// every line once and in order.
func TestRandomHistories(t *testing.T) {
	seeds := 50
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			newHistory(t, uint64(seed)).run()
		})
	}
}

// history is one log, its writer and the plugin that reads it.
type history struct {
	*bench
	random *rand.Rand
	writer writer
	wrote  []string
	half   string // of the line that is being written

	counted   []string
	committed int    // of counted, at the last checkpoint
	state     []byte // of the last checkpoint
	down      bool
	resumeAt  int64 // offset saved by the one before; -1 once it was seen
	noticed   bool  // was there a poll since the last rotation?
}

func newHistory(t *testing.T, seed uint64) *history {
	h := &history{bench: newBench(t), random: rand.New(rand.NewPCG(seed, 1)), noticed: true, resumeAt: -1}
	h.options.FromBeginning = true
	h.writer = h.bench.writer("cosyvoice.log", os.O_APPEND)
	h.writeLines()
	h.start()
	h.read(plenty)
	h.checkpoint()
	return h
}

func (h *history) run() {
	for range 80 {
		switch h.random.IntN(12) {
		case 0, 1, 2:
			h.writeLines()
		case 3:
			h.writeHalf()
		case 4, 5, 6:
			h.read(1 + h.random.Int64N(8000))
		case 7:
			h.read(plenty)
		case 8:
			h.checkpoint()
		case 9:
			h.killOrStart()
		case 10:
			h.rotateByName()
		case 11:
			h.rotateByCopy()
		}
	}
	h.writeLines()
	if h.down {
		h.killOrStart()
	}
	for range 20 {
		h.read(plenty)
	}
	for i := range min(len(h.wrote), len(h.counted)) {
		require.Equal(h.t, h.wrote[i], h.counted[i], "line %d", i)
	}
	require.Len(h.t, h.counted, len(h.wrote))
}

func (h *history) writeLines() {
	var text strings.Builder
	for range 1 + h.random.IntN(20) {
		line := h.half
		if line == "" {
			line = h.begunLine()
		} else {
			line = ""
		}
		text.WriteString(line + "\n")
		h.half = ""
	}
	h.writer.write(text.String())
}

// writeHalf begins a line.
func (h *history) writeHalf() {
	if h.half == "" {
		h.half = h.begunLine()
		h.writer.write(h.half)
	}
}

func (h *history) begunLine() string {
	line := fmt.Sprintf("%d %s", len(h.wrote), strings.Repeat("x", h.random.IntN(300)))
	h.wrote = append(h.wrote, line)
	return line
}

func (h *history) read(budget int64) {
	if h.down {
		return
	}
	h.noticed = true
	h.now = h.now.Add(time.Second)
	h.follower.Poll(budget, h.reader)
	if h.resumeAt >= 0 {
		require.Equal(h.t, h.resumeAt, h.reader.begun[0])
		h.resumeAt = -1
	}
	h.counted = append(h.counted, h.reader.take()...)
}

func (h *history) checkpoint() {
	if h.down {
		return
	}
	h.committed = len(h.counted)
	var err error
	h.state, err = json.Marshal(h.follower.Checkpoint())
	require.NoError(h.t, err)
}

func (h *history) killOrStart() {
	h.down = !h.down
	if h.down {
		h.follower.Close()
		h.counted = h.counted[:h.committed]
		return
	}
	h.options.Known = nil
	require.NoError(h.t, json.Unmarshal(h.state, &h.options.Known))
	oldest := slices.IndexFunc(h.options.Known, func(s Saved) bool { return !s.Done })
	h.resumeAt = h.options.Known[oldest].Offset
	h.reader = newReader(h.t)
	h.start()
}

// mayRotate tells whether a rotation can be followed: no line is cut in two, and those
// of the same second are not more than one.
func (h *history) mayRotate() bool {
	if h.half != "" || !h.noticed && !h.down {
		return false
	}
	h.noticed = false
	time.Sleep(5 * time.Millisecond) // the times of the files tell their order
	for i := 80; i > 0; i-- {
		os.Rename(h.path(fmt.Sprintf("cosyvoice.log.%d", i)), h.path(fmt.Sprintf("cosyvoice.log.%d", i+1)))
	}
	return true
}

func (h *history) rotateByName() {
	if !h.mayRotate() {
		return
	}
	h.rename("cosyvoice.log", "cosyvoice.log.1")
	if h.random.IntN(2) == 0 {
		h.writer.write(h.begunLine() + "\n")
	}
	h.writer.close()
	h.writer = h.bench.writer("cosyvoice.log", os.O_APPEND)
	h.writeLines() // of an empty file nothing is known by which it could be found again
}

func (h *history) rotateByCopy() {
	if h.down || h.follower.Stats().BytesBehind == 0 && h.noticed {
		if h.mayRotate() {
			h.copyTruncate("cosyvoice.log", "cosyvoice.log.1")
			h.writeLines()
		}
	}
}
