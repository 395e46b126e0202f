package flight

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time {
	return noon.Add(time.Duration(seconds * float64(time.Second)))
}

func record(seconds float64, memory, utilization float64) func(*Recorder) {
	return func(r *Recorder) {
		s := r.At(at(seconds))
		s.GPUMemoryBytes, s.GPUUtilizationPercent = memory, utilization
	}
}

func recorder(fill ...func(*Recorder)) *Recorder {
	r := &Recorder{}
	for _, f := range fill {
		f(r)
	}
	return r
}

func TestSummarize(t *testing.T) {
	r := recorder(record(0.4, 100, 0), record(1.4, 300, 90), record(2.4, 500, 70), record(3.4, 200, 0))

	t.Run("several seconds", func(t *testing.T) {
		s := r.Summarize(at(0.9), at(3.1))
		require.Equal(t, 100.0, *s.GPUMemoryStartBytes)
		require.Equal(t, 500.0, *s.GPUMemoryPeakBytes)
		require.Equal(t, 200.0, *s.GPUMemoryEndBytes)
		require.Equal(t, 40.0, *s.GPUUtilizationPercent)
		require.Nil(t, s.CPUPercent, "nobody told of it")
	})
	t.Run("a part of a second", func(t *testing.T) {
		s := r.Summarize(at(2.1), at(2.2))
		require.Equal(t, 500.0, *s.GPUMemoryPeakBytes)
		require.Equal(t, 70.0, *s.GPUUtilizationPercent)
	})
	t.Run("long ago", func(t *testing.T) {
		require.Equal(t, Summary{}, r.Summarize(at(-50), at(-40)))
	})
	t.Run("a second was missed", func(t *testing.T) {
		s := recorder(record(0.4, 100, 0), record(2.4, 500, 70)).Summarize(at(1.2), at(1.8))
		require.Equal(t, 100.0, *s.GPUMemoryStartBytes)
		require.Equal(t, 500.0, *s.GPUMemoryEndBytes)
		require.Nil(t, s.GPUMemoryPeakBytes)
	})
}

func TestRecorderForgetsAfterItsLength(t *testing.T) {
	r := &Recorder{}
	for i := range 2 * int(Length/time.Second) {
		r.At(at(float64(i))).RSSBytes = float64(i)
	}
	kept := r.Between(at(0), at(1199))
	require.Len(t, kept, 600)
	require.Equal(t, 600.0, kept[0].RSSBytes)
	require.Equal(t, 1199.0, kept[599].RSSBytes)
	require.Nil(t, r.At(at(3)), "it would overwrite what is newer")
}

func TestSecondsStaySeparate(t *testing.T) {
	r := &Recorder{}
	r.At(at(5.1)).InFlight = 1
	r.At(at(5.9)).CPUPercent = 50
	seconds := r.Between(at(5), at(5))
	require.Len(t, seconds, 1)
	require.Equal(t, 1.0, seconds[0].InFlight)
	require.Equal(t, 50.0, seconds[0].CPUPercent)
	require.NotEqual(t, seconds[0].RSSBytes, seconds[0].RSSBytes, "not a number: unknown")
}
