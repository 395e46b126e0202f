package fakenvml_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

const increments = 200

// countEnergy adds 1 to the energy of device 0 many times.
func countEnergy(args []string) error {
	for range increments {
		err := fakenvml.Update(args[0], func(s *fakenvml.State) error {
			*s.Devices[0].EnergyMillijoules++
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Two processes change the state while this one watches it through NVML: nothing
// that they write is lost, and no half-written state is seen.
func TestTwoWritersAndAReader(t *testing.T) {
	s := fakenvml.Default()
	s.Devices[0].EnergyMillijoules = new(uint64(0))
	path := write(t, s)
	device := first(t, open(t))

	one, two := helper(t, "count", path), helper(t, "count", path)
	require.NoError(t, one.Start())
	require.NoError(t, two.Start())
	ended := make(chan error)
	go func() { ended <- errors.Join(one.Wait(), two.Wait()) }()

	var last uint64
	for running := true; running; {
		select {
		case err := <-ended:
			require.NoError(t, err)
			running = false
		default:
		}
		energy, answer := device.GetTotalEnergyConsumption()
		require.Equal(t, nvml.SUCCESS, answer)
		require.GreaterOrEqual(t, energy, last)
		last = energy
	}
	require.Equal(t, uint64(2*increments), last)
}

// A replacement in the same clock tick, of the same length, is seen all the same;
// so is one whose inode number was in use before, as the third file's may be.
func TestEveryWriteIsSeen(t *testing.T) {
	s := fakenvml.Default()
	path := write(t, s)
	device := first(t, open(t))
	for i := range 500 {
		for _, celsius := range []int{99, 30 + i%50} {
			s.Devices[0].TemperatureC = new(uint64(celsius))
			require.NoError(t, fakenvml.Write(path, s))
		}
		celsius, answer := device.GetTemperature(nvml.TEMPERATURE_GPU)
		require.Equal(t, nvml.SUCCESS, answer)
		require.Equal(t, uint32(30+i%50), celsius)
	}
}

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	s := fakenvml.Default()
	s.Devices = append(s.Devices, fakenvml.Device{UUID: "GPU-1", Name: "an old = card"})
	s.Devices[0].Processes = []fakenvml.Process{
		{PID: 1, Type: fakenvml.Compute, MemoryBytes: new(uint64(5)), FreedOnExit: true},
		{PID: 2, Type: fakenvml.Graphics, SMPercent: new(uint64(7)), SampledAs: 9},
	}
	s.Devices[1].Instances = []fakenvml.Device{{UUID: "MIG-1", Processes: []fakenvml.Process{{PID: 3, Type: fakenvml.MPS}}}}
	s.Calls = map[string]fakenvml.Call{
		"*":                       {Error: 999},
		"nvmlInit_v2":             {Hang: 1500 * time.Millisecond, Latency: new(2500 * time.Nanosecond)},
		"nvmlDeviceGetPowerUsage": {Latency: new(time.Duration(0))},
	}
	path := filepath.Join(t.TempDir(), "gpu.state")
	require.NoError(t, fakenvml.Write(path, s))
	got, err := fakenvml.Read(path)
	require.NoError(t, err)
	require.Equal(t, s, got)
}

func TestAFailedUpdateLeavesTheStateAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gpu.state")
	require.NoError(t, fakenvml.Write(path, fakenvml.Default()))
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	require.ErrorIs(t, fakenvml.Update(path, func(s *fakenvml.State) error {
		s.Devices = nil
		return os.ErrInvalid
	}), os.ErrInvalid)
	require.Error(t, fakenvml.Update(path, func(s *fakenvml.State) error {
		s.DriverVersion = "two\nlines"
		return nil
	}))

	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	require.NoError(t, err)
	require.Empty(t, left, "temporary files stay behind")
}

// The library refuses what Read refuses: a fault that nobody understands would do
// nothing, and nobody would see it.
func TestALineThatMakesNoSense(t *testing.T) {
	path := write(t, fakenvml.Default())
	device := first(t, open(t))
	for _, line := range []string{
		"device.0.temprature_c=1",
		"device.0.temperature_c=warm",
		"device.0.mig.1.uuid=MIG-x",
		"device.0.process.1=compute 1 for_ever",
		"device.0.process.x=compute 1",
		"call.nvmlDeviceGetTemp.error=3",
		"call.nvmlShutdown.errors=3",
		"cuda_version=new",
		"gpu=1",
	} {
		require.NoError(t, os.WriteFile(path, []byte("device.0.uuid=GPU-1\n"+line+"\n"), 0o600))
		_, err := fakenvml.Read(path)
		require.ErrorContains(t, err, "line 2", line)
		_, answer := device.GetTemperature(nvml.TEMPERATURE_GPU)
		require.Equal(t, nvml.ERROR_UNKNOWN, answer, line)
	}
	// The library must be able to shut down.
	require.NoError(t, fakenvml.Write(path, fakenvml.Default()))
}
