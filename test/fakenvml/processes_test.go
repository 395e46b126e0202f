package fakenvml_test

import (
	"math"
	"os/exec"
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

func TestProcessesByType(t *testing.T) {
	s := fakenvml.Default()
	s.Devices[0].Processes = []fakenvml.Process{
		{PID: 11, Type: fakenvml.Compute, MemoryBytes: new(uint64(1 << 30))},
		{PID: 12, Type: fakenvml.Graphics, MemoryBytes: new(uint64(2 << 30))},
		{PID: 13, Type: fakenvml.MPS, MemoryBytes: new(uint64(3 << 30))},
		{PID: 14, Type: fakenvml.Compute},
	}
	write(t, s)
	device := first(t, open(t))
	entry := func(pid uint32, bytes uint64) nvml.ProcessInfo {
		const none = math.MaxUint32 // where there is no MIG
		return nvml.ProcessInfo{Pid: pid, UsedGpuMemory: bytes, GpuInstanceId: none, ComputeInstanceId: none}
	}

	compute, answer := device.GetComputeRunningProcesses()
	require.Equal(t, nvml.SUCCESS, answer)
	require.Equal(t, []nvml.ProcessInfo{entry(11, 1<<30), entry(14, math.MaxUint64)}, compute)
	graphics, answer := device.GetGraphicsRunningProcesses()
	require.Equal(t, nvml.SUCCESS, answer)
	require.Equal(t, []nvml.ProcessInfo{entry(12, 2<<30)}, graphics)
	mps, answer := device.GetMPSComputeRunningProcesses()
	require.Equal(t, nvml.SUCCESS, answer)
	require.Equal(t, []nvml.ProcessInfo{entry(13, 3<<30)}, mps)
}

// go-nvml asks with room for one, and again with more as long as it does not fit.
func TestManyProcesses(t *testing.T) {
	s := fakenvml.Default()
	for pid := range 100 {
		s.Devices[0].Processes = append(s.Devices[0].Processes,
			fakenvml.Process{PID: 1000 + pid, Type: fakenvml.Compute, MemoryBytes: new(uint64(pid))})
	}
	write(t, s)
	got, answer := first(t, open(t)).GetComputeRunningProcesses()
	require.Equal(t, nvml.SUCCESS, answer)
	require.Len(t, got, 100)
	require.Equal(t, []uint64{1099, 99}, []uint64{uint64(got[99].Pid), got[99].UsedGpuMemory})
}

func TestADeadProcessFreesItsMemory(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sleep", "600")
	require.NoError(t, cmd.Start())
	s := fakenvml.Default()
	s.Devices[0].MemoryUsedBytes = new(uint64(500))
	s.Devices[0].Processes = []fakenvml.Process{
		{PID: cmd.Process.Pid, Type: fakenvml.Compute, MemoryBytes: new(uint64(400)), FreedOnExit: true},
	}
	write(t, s)
	device := first(t, open(t))

	look := func() (int, uint64) {
		processes, answer := device.GetComputeRunningProcesses()
		require.Equal(t, nvml.SUCCESS, answer)
		memory, answer := device.GetMemoryInfo_v2()
		require.Equal(t, nvml.SUCCESS, answer)
		return len(processes), memory.Used
	}
	count, used := look()
	require.Equal(t, []uint64{1, 500}, []uint64{uint64(count), used})

	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	count, used = look()
	require.Equal(t, []uint64{0, 100}, []uint64{uint64(count), used})
}
