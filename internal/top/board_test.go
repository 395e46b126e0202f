package top

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBoard(t *testing.T) {
	at := time.Now()
	b := evening(at).board("studio")
	assert.True(t, b.At.Equal(at))
	require.Len(t, b.Servers, 2)
	assert.Equal(t, 15.0*(1<<30), *b.Servers[0].GPUMemory)
	assert.Nil(t, b.Servers[1].GPUMemory, "that of a dead server is not known")
	require.Len(t, b.Faults, 1)
	require.Len(t, b.Cards, 1)
	low, high := b.Cards[0].MemoryTrail.bounds()
	assert.Equal(t, []float64{8 << 30, 20 << 30}, []float64{low, high})
	require.Len(t, b.Syntheses, 4)
	assert.Equal(t, "zero_shot", b.Syntheses[0].Mode)
	// Of two that went well: what failed, and what a server without a log made, does not count.
	assert.InDelta(t, 2.4/16.08, *b.RTF, 1e-9)
	assert.InDelta(t, 0.65, *b.First, 1e-9)

	assert.Equal(t, "studio", evening(at).board("").Host)
	away := evening(at).board("elsewhere")
	assert.Equal(t, []string{"studio"}, away.Hosts)
	assert.True(t, away.At.IsZero())
	assert.Empty(t, away.Servers)
}

func TestPointsThatComeTwiceCountOnce(t *testing.T) {
	at := time.Now()
	r := evening(at)
	before := r.board("")
	for _, p := range evening(at).ended {
		r.add(p)
	}
	r.add(Point{"system_metrics", at, map[string]string{"host": "studio"}, map[string]any{"cpu_usage_percent": 30.0}})
	after := r.board("")
	assert.Len(t, after.Syntheses, len(before.Syntheses))
	assert.Len(t, after.CPUTrail, len(before.CPUTrail))
}

func TestWhatIsGoneIsNotShown(t *testing.T) {
	at := time.Now()
	r := newRecorder()
	for i := range 2 {
		when := at.Add(time.Duration(i) * time.Minute)
		r.add(Point{"system_metrics", when, map[string]string{"host": "a"}, map[string]any{"cpu_usage_percent": 5.0}})
		if i == 0 {
			r.add(Point{"cosyvoice_gpu", when, map[string]string{"host": "a", "uuid": "GPU-1"}, map[string]any{"state": "ok"}})
		}
	}
	assert.Empty(t, r.board("").Cards, "a card that is no longer told of")

	r.forget(at.Add(remembered + 30*time.Second))
	assert.Len(t, r.board("").CPUTrail, 1)
	r.forget(at.Add(2 * remembered))
	assert.Empty(t, r.hosts())
	assert.Empty(t, r.course)
}

func TestFactsAreCausesOfEvents(t *testing.T) {
	at := time.Now()
	r := newRecorder()
	event := func(kind string, age time.Duration) {
		r.add(Point{"cosyvoice_event", at.Add(-age), map[string]string{"host": "a", "instance": "50000", "kind": kind}, map[string]any{"message": kind}})
	}
	event("oom", 10*time.Second)
	event("oom", 20*time.Second)
	event("start", 5*time.Second)
	event("cuda_error", 10*time.Minute)
	found := r.facts("a", at.Add(-lately))
	require.Len(t, found, 1, "an event that is no cause, one that is told already, and one of long ago")
	assert.Equal(t, "gpu_out_of_memory", found[0].Code)
	assert.True(t, found[0].Since.Equal(at.Add(-10*time.Second)))
	assert.Empty(t, r.facts("b", at.Add(-lately)))
}

func TestSparkline(t *testing.T) {
	at := time.Now()
	var trail Trail
	for i, value := range []float64{0, 5, 10, 3} {
		trail = trail.add(at.Add(time.Duration(i-3)*time.Second), value)
	}
	assert.Equal(t, "▁▅█▃", sparkline(trail, at, 4*time.Second, 4, 0, 10))
	assert.Equal(t, "  ▁▅█▃", sparkline(trail, at, 6*time.Second, 6, 0, 10), "nothing is made up for the time before")
	assert.Equal(t, "▅█", sparkline(trail, at, 4*time.Second, 2, 0, 10), "the highest of a cell")
	assert.Equal(t, "▁▁▁▁", sparkline(trail, at, 4*time.Second, 4, 0, 0))
	assert.Equal(t, "▁▅█▃", sparkline(trail.add(at.Add(-time.Minute), 99), at, 4*time.Second, 4, 0, 10), "what is older is left out")
}

func TestBar(t *testing.T) {
	assert.Equal(t, "█████▓▓···", bar(10, 10, []part{{"█", 5}, {"▓", 2}}))
	assert.Equal(t, "█▓········", bar(10, 1000, []part{{"█", 1}, {"▓", 1}}), "what is there is seen")
	assert.Equal(t, "··········", bar(10, 10, []part{{"█", 0}}))
	assert.Equal(t, "██████████", bar(10, 10, []part{{"█", 20}, {"▓", 5}}), "more than there is")
}
