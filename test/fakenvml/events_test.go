package fakenvml_test

import (
	"testing"
	"time"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

func TestXIDsWakeThoseWhoWait(t *testing.T) {
	path := write(t, fakenvml.Default())
	api := open(t)
	device := first(t, api)
	set, answer := api.EventSetCreate()
	require.Equal(t, nvml.SUCCESS, answer)
	defer set.Free()
	require.Equal(t, nvml.SUCCESS, device.RegisterEvents(nvml.EventTypeXidCriticalError, set))
	_, answer = set.Wait(20)
	require.Equal(t, nvml.ERROR_TIMEOUT, answer)

	events := make(chan nvml.EventData)
	go func() {
		for range 2 {
			event, _ := set.Wait(uint32(time.Minute.Milliseconds()))
			events <- event
		}
	}()
	update(t, path, func(s *fakenvml.State) { s.Devices[0].XIDCount, s.Devices[0].XIDLast = new(uint64(2)), new(uint64(79)) })
	for range 2 {
		event := <-events
		require.Equal(t, device, event.Device)
		require.Equal(t, uint64(79), event.EventData)
	}
	_, answer = set.Wait(0)
	require.Equal(t, nvml.ERROR_TIMEOUT, answer)
}

func TestErrorOfOneDevice(t *testing.T) {
	s := fakenvml.Default()
	s.Devices = append(s.Devices, fakenvml.DefaultDevice(1))
	s.Devices[1].Error = new(uint64(nvml.ERROR_GPU_IS_LOST))
	write(t, s)
	api := open(t)
	_, answer := api.DeviceGetHandleByIndex(1)
	require.Equal(t, nvml.ERROR_GPU_IS_LOST, answer)
	_, answer = first(t, api).GetPowerUsage()
	require.Equal(t, nvml.SUCCESS, answer)
}

func TestInstancesOfMIG(t *testing.T) {
	s := fakenvml.Default()
	s.Devices[0].MIGMode = new(uint64(1))
	s.Devices[0].Instances = []fakenvml.Device{{
		UUID: "MIG-1", MemoryTotalBytes: new(uint64(100)), MemoryUsedBytes: new(uint64(7)),
		Processes: []fakenvml.Process{{PID: 5, Type: fakenvml.Compute}},
	}}
	path := write(t, s)
	card := first(t, open(t))
	instance, answer := card.GetMigDeviceHandleByIndex(0)
	require.Equal(t, nvml.SUCCESS, answer)
	_, answer = card.GetMigDeviceHandleByIndex(1)
	require.Equal(t, nvml.ERROR_NOT_FOUND, answer)
	uuid, _ := instance.GetUUID()
	memory, _ := instance.GetMemoryInfo_v2()
	require.Equal(t, "MIG-1", uuid)
	require.Equal(t, uint64(7), memory.Used)
	_, answer = instance.GetPowerUsage()
	require.Equal(t, nvml.ERROR_NOT_SUPPORTED, answer)
	for _, device := range []nvml.Device{card, instance} {
		processes, answer := device.GetComputeRunningProcesses()
		require.Equal(t, nvml.SUCCESS, answer)
		require.Len(t, processes, 1)
		require.Equal(t, uint32(1), processes[0].GpuInstanceId)
	}
	update(t, path, func(s *fakenvml.State) { s.Devices[0].Instances = nil })
	_, answer = instance.GetUUID()
	require.Equal(t, nvml.ERROR_NOT_FOUND, answer)
}

func TestProcessSamples(t *testing.T) {
	s := fakenvml.Default()
	path := write(t, s)
	device := first(t, open(t))
	_, answer := device.GetProcessUtilization(0)
	require.Equal(t, nvml.ERROR_NOT_FOUND, answer, "idle")

	update(t, path, func(s *fakenvml.State) {
		s.Devices[0].Processes = []fakenvml.Process{
			{PID: 1, Type: fakenvml.Compute, SMPercent: new(uint64(30))},
			{PID: 2, Type: fakenvml.Compute, SMPercent: new(uint64(40)), SampledAs: 20},
			{PID: 3, Type: fakenvml.Compute},
		}
	})
	before := time.Now()
	samples, answer := device.GetProcessUtilization(0)
	require.Equal(t, nvml.SUCCESS, answer)
	require.Len(t, samples, 2)
	require.Equal(t, []uint32{1, 30, 20, 40}, []uint32{samples[0].Pid, samples[0].SmUtil, samples[1].Pid, samples[1].SmUtil})
	require.GreaterOrEqual(t, samples[0].TimeStamp, uint64(before.UnixMicro()))

	update(t, path, func(s *fakenvml.State) { s.Devices[0].ProcessSamplesUnannounced = new(uint64(1)) })
	require.Panics(t, func() { device.GetProcessUtilization(0) })
}

// versionOf tells what a library of its own answers to initialisation.
func versionOf(args []string) error {
	if answer := nvml.New(nvml.WithLibraryPath(args[0])).Init(); answer != nvml.SUCCESS {
		return answer
	}
	return nil
}

func TestLibraryOfAnotherVersion(t *testing.T) {
	path, err := fakenvml.BuildVersion(t.Context(), t.TempDir(), "600.1")
	require.NoError(t, err)
	state := write(t, fakenvml.Default())
	output, err := helper(t, "version", path).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(output), "version mismatch")
	update(t, state, func(s *fakenvml.State) { s.DriverVersion = "600.1" })
	output, err = helper(t, "version", path).CombinedOutput()
	require.NoError(t, err, "%s", output)
}
