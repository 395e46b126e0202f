package gpu

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// collect gathers the samples of one GPU over ticks until the condition holds.
func (f *fixture) collect(uuid, what string, condition func([]Sample) bool) []Sample {
	f.t.Helper()
	var samples []Sample
	f.until(what, func(s Snapshot) bool {
		for _, sample := range s.Samples {
			if sample.UUID == uuid {
				samples = append(samples, sample)
			}
		}
		return condition(samples)
	})
	return samples
}

func TestSamplesOfEachSecond(t *testing.T) {
	state := fakenvml.Default()
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	state.Devices[1].UtilizationGPUPercent = nil
	f := start(t, state)
	began := time.Now()
	d := state.Devices[1]
	idle := f.collect(state.Devices[0].UUID, "one sample", func(s []Sample) bool { return len(s) > 0 })
	assert.Equal(t, 0.0, *idle[0].UtilizationPercent)
	assert.Nil(t, idle[0].ClockSMHz, "the clock of an idle card says nothing")
	samples := f.collect(d.UUID, "three samples", func(s []Sample) bool { return len(s) >= 3 })
	for i, s := range samples {
		assert.WithinRange(t, s.At, began.Add(-time.Second), time.Now())
		assert.Equal(t, float64(*d.MemoryUsedBytes), *s.MemoryUsedBytes)
		assert.Equal(t, float64(*d.ClockSMMHz)*1e6, *s.ClockSMHz)
		assert.Nil(t, s.UtilizationPercent, "this card does not tell")
		if i > 0 {
			assert.InDelta(t, 1, s.At.Sub(samples[i-1].At).Seconds(), 0.5)
		}
	}
}

// An instance of MIG is asked for nothing but its memory, a card that is lost or gone for
// nothing at all.
func TestWhatIsNotSampled(t *testing.T) {
	state := fakenvml.Default()
	d := &state.Devices[0]
	d.MIGMode = new(uint64(1))
	d.Instances = []fakenvml.Device{{
		UUID: "MIG-a", Name: "slice", MemoryTotalBytes: new(uint64(20 << 30)), MemoryUsedBytes: new(uint64(5)),
		UtilizationGPUPercent: new(uint64(50)), ClockSMMHz: new(uint64(1000)),
	}}
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	f := prepare(t, state)
	f.options.RetryMax = 5 * time.Second // while a card is lost the child is replaced at this pace
	f.run()
	f.until("both cards", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 3 })
	f.set("device.1.error", "15")
	f.until("one is lost", func(s Snapshot) bool { return s.GPUs[2].State == DeviceLost })
	instance, lost := 0, 0
	f.until("samples of the instance", func(s Snapshot) bool {
		for _, sample := range s.Samples {
			switch sample.UUID {
			case "MIG-a":
				instance++
				assert.Equal(t, Sample{UUID: "MIG-a", At: sample.At, MemoryUsedBytes: new(5.0)}, sample)
			case fakenvml.DefaultDevice(1).UUID:
				lost++
			}
		}
		return instance >= 2
	})
	assert.LessOrEqual(t, lost, 1, "but for one before it was lost")
}

// A driver that has hung for long enough when the tick comes is told by that very tick.
func TestHangBetweenTicksIsSeenAtOnce(t *testing.T) {
	f := start(t, fakenvml.Default())
	f.until("readings", read)
	time.Sleep(2 * SampleInterval) // the first ticks may have asked more than they waited for
	f.set("call.*.hang_s", "3600")
	hung := time.Now()
	time.Sleep(f.options.HangAfter + 2*SampleInterval) // what is to be seen is that nobody asks meanwhile
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	s := f.Tick(ctx)
	require.Equal(t, StateHung, s.State)
	assert.Greater(t, s.StuckSeconds, f.options.HangAfter.Seconds())
	assert.InDelta(t, time.Since(hung).Seconds(), s.StuckSeconds, 1.2, "since the last sample, not the last tick")
	require.Len(t, s.Events, 1)
	assert.Equal(t, EventHung, s.Events[0].Kind)
}

// A card in which the driver hung between two ticks is named by the sampler alone: the child
// has only begun to ask when it is told to end.
func TestTheSamplerTellsInWhichCardItHangs(t *testing.T) {
	state := fakenvml.Default()
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	f := start(t, state)
	f.until("readings of both", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
	time.Sleep(2 * SampleInterval) // the first ticks may have asked more than they waited for
	f.set("device.1.hang_s", "3600")
	time.Sleep(f.options.HangAfter + 2*SampleInterval) // nobody asks meanwhile
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.Equal(t, StateHung, f.Tick(ctx).State)
	var found map[int]*hangs
	require.Eventually(t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		found = maps.Clone(f.hangs)
		return f.restarts > 0
	}, 5*time.Second, 5*time.Millisecond)
	assert.Len(t, found, 1)
	assert.Contains(t, found, 1)
}

// Who does not get full readings in time has the newest sample, if that is fresh.
func TestTickWithASlowDriver(t *testing.T) {
	f := start(t, fakenvml.Default())
	f.until("readings", read)
	f.set("call.nvmlDeviceGetTemperature.latency_us", "1500000")
	var s Snapshot
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		s = f.Tick(ctx)
		return !s.Answered && len(s.GPUs) == 1
	}, 20*time.Second, 10*time.Millisecond)
	assert.NotNil(t, s.GPUs[0].MemoryUsedBytes)
	assert.Nil(t, s.GPUs[0].TemperatureC)
	assert.Equal(t, StateOK, s.State)
}
