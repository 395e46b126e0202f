package gpu

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// dataCentreGPU has what a GeForce has not.
func dataCentreGPU() fakenvml.Device {
	d := fakenvml.DefaultDevice(0)
	d.FanPercent, d.EncoderPercent, d.MemoryTemperatureC = new(uint64(40)), new(uint64(7)), new(uint64(81))
	d.ECCCorrectedVolatile, d.ECCUncorrectedVolatile = new(uint64(1)), new(uint64(2))
	d.ECCCorrectedAggregate, d.ECCUncorrectedAggregate = new(uint64(3)), new(uint64(4))
	d.RemappedRowsCorrected, d.RemappedRowsUncorrected = new(uint64(5)), new(uint64(6))
	d.RemappedRowsPending, d.RemappedRowsFailure = new(uint64(1)), new(uint64(0))
	d.ViolationPowerNS, d.ViolationThermalNS = new(uint64(1_500_000_000)), new(uint64(2_500_000_000))
	d.ViolationSyncBoostNS, d.ViolationBoardLimitNS = new(uint64(3_500_000_000)), new(uint64(4_500_000_000))
	d.ViolationLowUtilizationNS, d.ViolationReliabilityNS = new(uint64(5_500_000_000)), new(uint64(6_500_000_000))
	d.PCIeTxKiBPerS, d.PCIeRxKiBPerS = new(uint64(10)), new(uint64(20))
	d.NVLinkTxKiB, d.NVLinkRxKiB = new(uint64(1<<40)), new(uint64(2))
	d.NVLinkCRCErrors, d.NVLinkReplayErrors, d.NVLinkRecoveryErrors = new(uint64(7)), new(uint64(8)), new(uint64(9))
	return d
}

func TestHealth(t *testing.T) {
	state := fakenvml.Default()
	state.Devices[0] = dataCentreGPU()
	f := start(t, state)
	g := f.until("readings", read).GPUs[0]
	assert.Equal(t, &Health{
		FanPercent:           new(40.0),
		ECCCorrectedVolatile: new(int64(1)), ECCUncorrectedVolatile: new(int64(2)),
		ECCCorrectedAggregate: new(int64(3)), ECCUncorrectedAggregate: new(int64(4)),
		RemappedRowsCorrected: new(int64(5)), RemappedRowsUncorrected: new(int64(6)),
		RemappedRowsPending: new(true), RemappedRowsFailure: new(false),
		PowerViolationSeconds: new(1.5), ThermalViolationSeconds: new(2.5),
		SyncBoostViolationSeconds: new(3.5), BoardLimitViolationSeconds: new(4.5),
		LowUtilizationViolationSeconds: new(5.5), ReliabilityViolationSeconds: new(6.5),
	}, g.Health)
	assert.Equal(t, 7.0, *g.EncoderUtilizationPercent)
	assert.Equal(t, 81.0, *g.MemoryTemperatureC)
	assert.Zero(t, *g.XIDsTotal)
	assert.Nil(t, g.XIDLast)
	assert.Nil(t, g.PCIeTxBytesPerSecond, "not asked for")
	assert.Nil(t, g.NVLink, "not asked for")
	assert.Empty(t, g.Faults)
}

// What a card lacks is absent, and no fault.
func TestWhatAGeForceLacks(t *testing.T) {
	state := fakenvml.Default()
	state.Devices[0].XIDCount = nil
	f := prepare(t, state)
	f.options.NVLink = true
	f.run()
	g := f.until("readings", read).GPUs[0]
	assert.Nil(t, g.Health.ECCCorrectedVolatile)
	assert.Nil(t, g.Health.RemappedRowsPending)
	assert.NotNil(t, g.Health.FanPercent)
	assert.Nil(t, g.MemoryTemperatureC)
	assert.Nil(t, g.NVLink)
	assert.Nil(t, g.XIDsTotal)
	assert.Empty(t, g.Faults)
	assert.NotContains(t, f.log.String(), "could not be read")
}

func TestHealthIsReadAtItsOwnPace(t *testing.T) {
	f := prepare(t, fakenvml.Default())
	f.options.HealthInterval = time.Hour
	f.run()
	f.until("health", func(s Snapshot) bool { return read(s) && s.GPUs[0].Health != nil })
	f.until("readings without it", func(s Snapshot) bool { return read(s) && s.GPUs[0].Health == nil })
}

func TestPCIeAndNVLink(t *testing.T) {
	state := fakenvml.Default()
	state.Devices[0] = dataCentreGPU()
	f := prepare(t, state)
	f.options.PCIe, f.options.NVLink = true, true
	f.run()
	g := f.until("readings", read).GPUs[0]
	assert.Equal(t, 10240.0, *g.PCIeTxBytesPerSecond)
	assert.Equal(t, 20480.0, *g.PCIeRxBytesPerSecond)
	assert.Equal(t, &NVLink{
		TxBytes: new(float64(1 << 50)), RxBytes: new(2048.0),
		CRCErrors: new(int64(7)), ReplayErrors: new(int64(8)), RecoveryErrors: new(int64(9)),
	}, g.NVLink)
}

func TestMIG(t *testing.T) {
	state := fakenvml.Default()
	d := &state.Devices[0]
	d.MIGMode, d.UtilizationGPUPercent = new(uint64(1)), nil
	for i, uuid := range []string{"MIG-a", "MIG-b"} {
		d.Instances = append(d.Instances, fakenvml.Device{
			UUID: uuid, Name: d.Name + " MIG 3g.20gb",
			MemoryTotalBytes: new(uint64(20 << 30)), MemoryUsedBytes: new(uint64(i + 1)),
			Processes: []fakenvml.Process{{PID: 70 + i, Type: fakenvml.Compute, MemoryBytes: new(uint64(i + 1))}},
		})
	}
	f := start(t, state)
	gpus := f.until("the card and its instances", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 3 }).GPUs
	assert.Empty(t, gpus[0].GPUUUID)
	assert.Nil(t, gpus[0].UtilizationPercent, "MIG has none")
	assert.Len(t, gpus[0].Processes, 2, "the card lists those of its instances")
	for i, g := range gpus[1:] {
		assert.Equal(t, d.Instances[i].UUID, g.UUID)
		assert.Equal(t, d.UUID, g.GPUUUID)
		assert.Equal(t, float64(i+1), *g.MemoryUsedBytes)
		assert.Equal(t, 70+i, g.Processes[0].PID)
		assert.Nil(t, g.TemperatureC)
		assert.Nil(t, g.Health)
		assert.Empty(t, g.Faults)
	}

	f.update(func(s *fakenvml.State) { s.Devices[0].Instances = s.Devices[0].Instances[:1] })
	f.until("one instance less", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
	assert.Empty(t, f.events, "dividing a card anew is no fault")
}

func TestProcessUtilization(t *testing.T) {
	mebibyte := new(uint64(1 << 20))
	process := func(pid int, sm *uint64) fakenvml.Process {
		return fakenvml.Process{PID: pid, Type: fakenvml.Compute, MemoryBytes: mebibyte, SMPercent: sm}
	}
	foreign := process(3, new(uint64(50)))
	foreign.SampledAs = 3000
	for name, test := range map[string]struct {
		utilization uint64 // of the card
		processes   []fakenvml.Process
		want        []*float64
	}{
		"all idle":           {0, []fakenvml.Process{process(1, nil), process(2, nil)}, []*float64{new(0.0), new(0.0)}},
		"nobody knows who":   {30, []fakenvml.Process{process(1, nil), process(2, nil)}, []*float64{nil, nil}},
		"one works":          {60, []fakenvml.Process{process(1, nil), process(2, new(uint64(60)))}, []*float64{new(0.0), new(60.0)}},
		"absurd":             {0, []fakenvml.Process{process(1, new(uint64(4000000)))}, []*float64{new(0.0)}},
		"another namespace":  {50, []fakenvml.Process{foreign, process(4, nil)}, []*float64{nil, nil}},
		"more than expected": {11, []fakenvml.Process{process(1, new(uint64(5))), process(2, new(uint64(6)))}, []*float64{new(5.0), new(6.0)}},
	} {
		t.Run(name, func(t *testing.T) {
			state := fakenvml.Default()
			state.Devices[0].UtilizationGPUPercent = &test.utilization
			state.Devices[0].Processes = test.processes
			f := start(t, state)
			g := f.until("readings", read).GPUs[0]
			var got []*float64
			for _, p := range g.Processes {
				got = append(got, p.SMPercent)
			}
			assert.Equal(t, test.want, got)
			assert.Empty(t, g.Faults)
		})
	}
}

// go-nvml panics when processes appear between its two questions; the child lives on.
func TestProcessesThatAppearBetweenTwoQuestions(t *testing.T) {
	state := fakenvml.Default()
	state.Devices[0].Processes = []fakenvml.Process{
		{PID: 1, Type: fakenvml.Compute, SMPercent: new(uint64(5))},
		{PID: 2, Type: fakenvml.Compute, SMPercent: new(uint64(6))},
	}
	state.Devices[0].ProcessSamplesUnannounced = new(uint64(1))
	f := start(t, state)
	s := f.until("readings", read)
	assert.Equal(t, "Insufficient Size", s.GPUs[0].Faults["process_utilization"])
	assert.Nil(t, s.GPUs[0].Processes[0].SMPercent)
	require.NotNil(t, s.GPUs[0].TemperatureC)
	f.set("device.0.process_samples_unannounced", "")
	s = f.until("utilisation", func(s Snapshot) bool { return read(s) && s.GPUs[0].Processes[1].SMPercent != nil })
	assert.Equal(t, 6.0, *s.GPUs[0].Processes[1].SMPercent)
	assert.Zero(t, s.Restarts)
}
