package gpu

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// The test binary is its own NVML child, so that the tests go through processes,
// go-nvml and dlopen as the plugin does.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "nvml-child" {
		if RunChild(context.Background(), os.Args[2], os.Stdin, os.Stdout, func() { os.Exit(0) }) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fixture is a monitor on a fake driver.
type fixture struct {
	*Monitor
	t     *testing.T
	state string
	log   *lines
}

func start(t *testing.T, state fakenvml.State, missing ...string) *fixture {
	t.Helper()
	dir := t.TempDir()
	library, err := fakenvml.Build(t.Context(), dir, missing...)
	require.NoError(t, err)
	f := &fixture{t: t, state: filepath.Join(dir, "gpu.state"), log: &lines{}}
	require.NoError(t, fakenvml.Write(f.state, state))
	t.Setenv(fakenvml.StateVariable, f.state)
	f.run(library)
	return f
}

func (f *fixture) run(library string) {
	f.Monitor = NewMonitor(Options{
		Command: []string{os.Args[0], "nvml-child", library}, Log: f.log,
		RetryFirst: 50 * time.Millisecond, RetryMax: 200 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx)
	}()
	f.t.Cleanup(func() {
		cancel()
		<-ended
	})
}

func (f *fixture) set(key, value string) {
	f.t.Helper()
	require.NoError(f.t, fakenvml.Update(f.state, func(s *fakenvml.State) error { return s.Set(key, value) }))
}

// until ticks until the condition holds, and returns that tick.
func (f *fixture) until(what string, condition func(Snapshot) bool) Snapshot {
	f.t.Helper()
	var s Snapshot
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(f.t.Context(), 2*time.Second)
		s = f.Tick(ctx)
		cancel()
		if condition(s) {
			return s
		}
	}
	require.FailNow(f.t, "waited in vain", "%s; last: %+v; log: %s", what, s, f.log)
	return s
}

func read(s Snapshot) bool { return len(s.GPUs) > 0 && s.GPUs[0].TemperatureC != nil }

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
	assert.Equal(t, []Process{{41, &bytes}, {42, nil}}, g.Processes, "one that stands in both lists counts once")
	assert.Empty(t, g.Faults)
}

func TestExtremesBetweenTicks(t *testing.T) {
	f := start(t, fakenvml.Default())
	f.until("readings", read)
	f.set("device.0.utilization_gpu_percent", "97")
	require.Eventually(t, func() bool { // a sample has seen it
		f.mu.Lock()
		defer f.mu.Unlock()
		return *f.last[fakenvml.DefaultDevice(0).UUID].UtilizationPercent == 97
	}, 10*time.Second, 20*time.Millisecond)
	f.set("device.0.utilization_gpu_percent", "3")
	g := f.until("readings", read).GPUs[0]
	assert.Equal(t, 3.0, *g.UtilizationPercent)
	assert.Equal(t, 97.0, *g.UtilizationMaxPercent)
	g = f.until("readings", read).GPUs[0]
	assert.Equal(t, 3.0, *g.UtilizationMaxPercent, "extremes are handed out once")
}

func TestOneFamilyFailsAlone(t *testing.T) {
	f := start(t, fakenvml.Default(), "nvmlDeviceGetTotalEnergyConsumption")
	f.set("call.nvmlDeviceGetPowerUsage.error", "999")
	g := f.until("the fault", func(s Snapshot) bool { return read(s) && len(s.GPUs[0].Faults) > 0 }).GPUs[0]
	assert.Nil(t, g.EnergyJoules)
	assert.Nil(t, g.PowerW)
	assert.NotNil(t, g.PowerLimitW)
	assert.Contains(t, g.Faults, "power")
	assert.Contains(t, f.log.String(), "power could not be read")
}

func TestNoDriverIsNormal(t *testing.T) {
	f := &fixture{t: t, log: &lines{}}
	f.run(filepath.Join(t.TempDir(), "libnvidia-ml.so.1"))
	s := f.until("absent", func(s Snapshot) bool { return s.State == StateAbsent })
	assert.Empty(t, s.GPUs)
	assert.NotContains(t, f.log.String(), "E!")
}

func TestHungDriver(t *testing.T) {
	f := start(t, fakenvml.Default())
	f.until("readings", read)
	f.set("call.nvmlDeviceGetMemoryInfo_v2.hang_s", "3600")
	s := f.until("hung", func(s Snapshot) bool { return s.State == StateHung && s.StuckSeconds > 5 && s.Restarts > 0 })
	require.Len(t, s.GPUs, 1)
	assert.Equal(t, DeviceHung, s.GPUs[0].State)
	assert.Nil(t, s.GPUs[0].MemoryUsedBytes, "no stale value")
	assert.Nil(t, s.GPUs[0].MemoryUsedMaxBytes, "no stale value")
	assert.Equal(t, 1, strings.Count(f.log.String(), "has not answered"))
	require.NoError(t, fakenvml.Update(f.state, func(s *fakenvml.State) error { s.Calls = nil; return nil }))
	s = f.until("recovery", func(s Snapshot) bool { return s.State == StateOK && read(s) })
	assert.Zero(t, s.StuckSeconds)
	assert.Contains(t, f.log.String(), "answers again")
}

func TestKilledChildIsReplaced(t *testing.T) {
	f := start(t, fakenvml.Default())
	old := f.until("readings", read).ChildPID
	require.NoError(t, syscall.Kill(old, syscall.SIGKILL))
	s := f.until("a new child", func(s Snapshot) bool { return read(s) && s.ChildPID != old })
	assert.Equal(t, int64(1), s.Restarts)
	assert.Contains(t, f.log.String(), "killed")
}

// lines is a logger that keeps what it is told.
type lines struct {
	telegraf.Logger
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(level, format string, args []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.text, level+" "+format+"\n", args...)
}

func (l *lines) Errorf(format string, args ...any) { l.add("E!", format, args) }
func (l *lines) Warnf(format string, args ...any)  { l.add("W!", format, args) }
func (l *lines) Infof(format string, args ...any)  { l.add("I!", format, args) }

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
