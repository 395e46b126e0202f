package fakenvml_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

func TestNoStateFileIsNoDriver(t *testing.T) {
	t.Setenv(fakenvml.StateVariable, filepath.Join(t.TempDir(), "absent"))
	require.Equal(t, nvml.ERROR_DRIVER_NOT_LOADED, nvml.New(nvml.WithLibraryPath(library)).Init())
}

func TestCallsNeedInit(t *testing.T) {
	write(t, fakenvml.Default())
	api := nvml.New(nvml.WithLibraryPath(library))
	require.Equal(t, nvml.SUCCESS, api.Init())
	device := first(t, api)
	require.Equal(t, nvml.SUCCESS, api.Shutdown())
	_, answer := device.GetTemperature(nvml.TEMPERATURE_GPU)
	require.Equal(t, nvml.ERROR_UNINITIALIZED, answer)
}

func TestBadArguments(t *testing.T) {
	path := write(t, fakenvml.Default())
	api := open(t)
	device := first(t, api)

	_, answer := api.DeviceGetHandleByIndex(1)
	require.Equal(t, nvml.ERROR_INVALID_ARGUMENT, answer)
	_, answer = api.DeviceGetHandleByUUID("GPU-of-somebody-else")
	require.Equal(t, nvml.ERROR_NOT_FOUND, answer)
	_, answer = device.GetTemperature(nvml.TEMPERATURE_COUNT)
	require.Equal(t, nvml.ERROR_INVALID_ARGUMENT, answer)
	_, answer = device.GetClockInfo(nvml.CLOCK_COUNT)
	require.Equal(t, nvml.ERROR_INVALID_ARGUMENT, answer)

	update(t, path, func(s *fakenvml.State) { s.Devices = nil })
	_, answer = device.GetName()
	require.Equal(t, nvml.ERROR_GPU_IS_LOST, answer)
}

func TestErrorOfOneCall(t *testing.T) {
	path := write(t, fakenvml.Default())
	device := first(t, open(t))
	update(t, path, func(s *fakenvml.State) {
		s.Calls = map[string]fakenvml.Call{"nvmlDeviceGetTemperature": {Error: int(nvml.ERROR_NO_PERMISSION)}}
	})
	_, answer := device.GetTemperature(nvml.TEMPERATURE_GPU)
	require.Equal(t, nvml.ERROR_NO_PERMISSION, answer)
	require.Equal(t, "Insufficient Permissions", answer.Error())
	_, answer = device.GetPowerUsage()
	require.Equal(t, nvml.SUCCESS, answer)
}

func TestErrorOfAllCalls(t *testing.T) {
	path := write(t, fakenvml.Default())
	device := first(t, open(t))
	update(t, path, func(s *fakenvml.State) {
		s.Calls = map[string]fakenvml.Call{
			"*":                       {Error: int(nvml.ERROR_UNKNOWN)},
			"nvmlShutdown":            {Latency: new(time.Duration)},
			"nvmlDeviceGetPowerUsage": {Error: int(nvml.ERROR_NO_DATA)},
		}
	})
	_, answer := device.GetTemperature(nvml.TEMPERATURE_GPU)
	require.Equal(t, nvml.ERROR_UNKNOWN, answer)
	_, answer = device.GetPowerUsage()
	require.Equal(t, nvml.ERROR_NO_DATA, answer)
}

func TestHangEndsWhenTheStateSaysSo(t *testing.T) {
	path := write(t, fakenvml.Default())
	device := first(t, open(t))
	update(t, path, func(s *fakenvml.State) {
		s.Calls = map[string]fakenvml.Call{"nvmlDeviceGetMemoryInfo_v2": {Hang: time.Hour}}
	})
	answers := make(chan nvml.Memory_v2)
	go func() {
		memory, _ := device.GetMemoryInfo_v2()
		answers <- memory
	}()

	select {
	case <-answers:
		t.Fatal("the call did not hang")
	case <-time.After(100 * time.Millisecond):
	}
	_, answer := device.GetTemperature(nvml.TEMPERATURE_GPU)
	require.Equal(t, nvml.SUCCESS, answer, "a call that hangs keeps others")

	update(t, path, func(s *fakenvml.State) {
		s.Calls = nil
		s.Devices[0].MemoryUsedBytes = new(uint64(77))
	})
	select {
	case memory := <-answers:
		require.Equal(t, uint64(77), memory.Used, "a call that went on answers what holds now")
	case <-time.After(10 * time.Second):
		t.Fatal("the call still hangs")
	}
}

func TestHangEndsByItself(t *testing.T) {
	s := fakenvml.Default()
	s.Calls = map[string]fakenvml.Call{"nvmlDeviceGetPowerUsage": {Hang: 150 * time.Millisecond}}
	write(t, s)
	device := first(t, open(t))
	start := time.Now()
	_, answer := device.GetPowerUsage()
	require.Equal(t, nvml.SUCCESS, answer)
	require.GreaterOrEqual(t, time.Since(start), 150*time.Millisecond)
}

func TestLatency(t *testing.T) {
	path := write(t, fakenvml.Default())
	device := first(t, open(t))
	processes := func() time.Duration {
		start := time.Now()
		_, answer := device.GetComputeRunningProcesses()
		require.Equal(t, nvml.SUCCESS, answer)
		return time.Since(start)
	}
	require.GreaterOrEqual(t, processes(), 4491*time.Microsecond, "the usual duration")
	update(t, path, func(s *fakenvml.State) {
		s.Calls = map[string]fakenvml.Call{
			"nvmlDeviceGetComputeRunningProcesses_v3": {Latency: new(40 * time.Millisecond)},
		}
	})
	require.GreaterOrEqual(t, processes(), 40*time.Millisecond)
}

func TestHangOfOneDevice(t *testing.T) {
	s := fakenvml.Default()
	s.Devices = append(s.Devices, fakenvml.DefaultDevice(1))
	s.Devices[1].HangSeconds = new(uint64(1))
	write(t, s)
	api := open(t)
	for index, hang := range []time.Duration{0, time.Second} {
		device, answer := api.DeviceGetHandleByIndex(index)
		require.Equal(t, nvml.SUCCESS, answer)
		start := time.Now()
		_, answer = device.GetPowerUsage()
		require.Equal(t, nvml.SUCCESS, answer)
		require.GreaterOrEqual(t, time.Since(start), hang)
		require.Less(t, time.Since(start), hang+900*time.Millisecond)
	}
}
