package gpu

import (
	"context"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

func TestReadings(t *testing.T) {
	state := fakenvml.Default()
	memory := uint64(3 << 30)
	state.Devices[0].Processes = []fakenvml.Process{
		{PID: 41, Type: fakenvml.Compute, MemoryBytes: &memory},
		{PID: 41, Type: fakenvml.Graphics, MemoryBytes: &memory},
		{PID: 42, Type: fakenvml.Compute},
	}
	f := start(t, state)
	g := f.until("readings", read).GPUs[0]
	d := state.Devices[0]
	assert.Equal(t, d.UUID, g.UUID)
	assert.Equal(t, DeviceOK, g.State)
	assert.Equal(t, float64(*d.MemoryUsedBytes), *g.MemoryUsedBytes)
	assert.Equal(t, float64(*d.MemoryTotalBytes), *g.MemoryUsedBytes+*g.MemoryFreeBytes+*g.MemoryReservedBytes)
	assert.Equal(t, float64(*d.PowerMilliwatts)/1000, *g.PowerW)
	assert.Equal(t, float64(*d.EnergyMillijoules)/1000, *g.EnergyJoules)
	assert.Equal(t, float64(*d.ClockSMMHz)*1e6, *g.ClockSMHz)
	assert.Equal(t, int64(*d.ThrottleReasons), *g.ThrottleReasons)
	bytes := float64(memory)
	assert.Equal(t, []Process{{41, &bytes, new(0.0)}, {42, nil, new(0.0)}}, g.Processes, "one that stands in both lists counts once")
	assert.Empty(t, g.Faults)
}

func TestExtremesBetweenTicks(t *testing.T) {
	f := start(t, fakenvml.Default())
	f.until("readings", read)
	f.set("device.0.utilization_gpu_percent", "97")
	time.Sleep(SampleInterval + 500*time.Millisecond) // a tick would see it, too
	f.set("device.0.utilization_gpu_percent", "3")
	g := f.until("readings", read).GPUs[0]
	assert.Equal(t, 3.0, *g.UtilizationPercent)
	assert.Equal(t, 97.0, *g.UtilizationMaxPercent)
	g = f.until("readings", read).GPUs[0]
	assert.Equal(t, 3.0, *g.UtilizationMaxPercent, "extremes are handed out once")
}

func TestOneFamilyFailsAlone(t *testing.T) {
	f := prepare(t, fakenvml.Default())
	_, err := fakenvml.Build(t.Context(), filepath.Dir(f.library), "nvmlDeviceGetTotalEnergyConsumption")
	require.NoError(t, err)
	f.run()
	f.set("call.nvmlDeviceGetPowerUsage.error", "999")
	g := f.until("the fault", func(s Snapshot) bool { return read(s) && len(s.GPUs[0].Faults) > 0 }).GPUs[0]
	assert.Nil(t, g.EnergyJoules)
	assert.Nil(t, g.PowerW)
	assert.NotNil(t, g.PowerLimitW)
	assert.Contains(t, g.Faults, "power")
	assert.Contains(t, f.log.String(), "could not be read: power (Unknown Error)")
}

// A driver that was hung tells for how long, and then is not.
func TestStuckSeconds(t *testing.T) {
	f := start(t, fakenvml.Default())
	f.until("readings", read)
	f.set("call.nvmlDeviceGetMemoryInfo_v2.hang_s", "3600")
	f.until("hung", func(s Snapshot) bool { return s.State == StateHung && s.StuckSeconds > 4 && s.Restarts > 0 })
	f.update(func(s *fakenvml.State) { s.Calls = nil })
	s := f.until("recovery", func(s Snapshot) bool { return s.State == StateOK && read(s) })
	assert.Zero(t, s.StuckSeconds)
}

func TestKilledChildIsReplaced(t *testing.T) {
	f := start(t, fakenvml.Default())
	old := f.until("readings", read).ChildPID
	require.NoError(t, syscall.Kill(old, syscall.SIGKILL))
	s := f.until("a new child", func(s Snapshot) bool { return read(s) && s.ChildPID != old })
	assert.Equal(t, int64(1), s.Restarts)
	assert.Contains(t, f.log.String(), "killed")
}

// What a child said after that for which it is replaced counts too. The first child is
// one that says all of it at once.
func TestXIDsOfAReplacedChildCount(t *testing.T) {
	once := filepath.Join(t.TempDir(), "once")
	m := NewMonitor(Options{Log: &lines{}, RetryFirst: time.Millisecond, Command: []string{"sh", "-c", `
		if mkdir "$0"; then
			echo '{"hello":{"driver":"1"}}'
			echo '{"reopen":{"reason":"the GPUs changed"}}'
			echo '{"xids":[{"uuid":"GPU-1","code":79},{"uuid":"GPU-1","code":79}]}'
		fi
		while read -r question; do :; done`, once}})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { m.Run(ctx) })
	var events []Event
	require.Eventually(t, func() bool {
		soon, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		s := m.Tick(soon)
		events = append(events, s.Events...)
		return s.Restarts > 0
	}, 10*time.Second, 5*time.Millisecond)
	require.Len(t, events, 1, "%+v", events)
	assert.Equal(t, EventXID, events[0].Kind)
	assert.Contains(t, events[0].Message, "(2 times)")
}

func TestHoldersHandsNothingOut(t *testing.T) {
	state := fakenvml.Default()
	state.Devices[0].Processes = []fakenvml.Process{{PID: 7, Type: fakenvml.Compute, MemoryBytes: new(uint64(1 << 20))}}
	f := start(t, state)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	f.WaitReady(ctx)
	assert.Equal(t, map[int]bool{7: true}, f.Holders(ctx))
	s := f.Tick(ctx)
	assert.True(t, s.Answered)
	require.Len(t, s.GPUs, 1)
	assert.NotNil(t, s.GPUs[0].Health)
	assert.Equal(t, map[int]bool{7: true}, s.Holders())
}
