package fakenvml_test

import (
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// number hides the type and the shape of an answer, to put many into one table.
func number[T ~int | ~int32 | ~uint32 | ~uint64](value T, answer nvml.Return) (uint64, nvml.Return) {
	return uint64(value), answer
}

// readings pairs a field of the state with each go-nvml call that answers it.
var readings = []struct {
	name  string
	field func(*fakenvml.Device) **uint64
	read  func(nvml.Device) (uint64, nvml.Return)
}{
	{"memory total", func(d *fakenvml.Device) **uint64 { return &d.MemoryTotalBytes },
		func(d nvml.Device) (uint64, nvml.Return) { m, r := d.GetMemoryInfo(); return m.Total, r }},
	{"memory total v2", func(d *fakenvml.Device) **uint64 { return &d.MemoryTotalBytes },
		func(d nvml.Device) (uint64, nvml.Return) { m, r := d.GetMemoryInfo_v2(); return m.Total, r }},
	{"utilization", func(d *fakenvml.Device) **uint64 { return &d.UtilizationGPUPercent },
		func(d nvml.Device) (uint64, nvml.Return) { u, r := d.GetUtilizationRates(); return uint64(u.Gpu), r }},
	{"temperature", func(d *fakenvml.Device) **uint64 { return &d.TemperatureC },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetTemperature(nvml.TEMPERATURE_GPU)) }},
	{"temperature V", func(d *fakenvml.Device) **uint64 { return &d.TemperatureC },
		func(d nvml.Device) (uint64, nvml.Return) {
			v, r := d.GetTemperatureV().V1()
			return uint64(v.Temperature), r
		}},
	{"power", func(d *fakenvml.Device) **uint64 { return &d.PowerMilliwatts },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetPowerUsage()) }},
	{"enforced limit", func(d *fakenvml.Device) **uint64 { return &d.PowerLimitMilliwatts },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetEnforcedPowerLimit()) }},
	{"management limit", func(d *fakenvml.Device) **uint64 { return &d.PowerLimitMilliwatts },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetPowerManagementLimit()) }},
	{"energy", func(d *fakenvml.Device) **uint64 { return &d.EnergyMillijoules },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetTotalEnergyConsumption()) }},
	{"SM clock", func(d *fakenvml.Device) **uint64 { return &d.ClockSMMHz },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetClockInfo(nvml.CLOCK_SM)) }},
	{"graphics clock", func(d *fakenvml.Device) **uint64 { return &d.ClockSMMHz },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetClockInfo(nvml.CLOCK_GRAPHICS)) }},
	{"memory clock", func(d *fakenvml.Device) **uint64 { return &d.ClockMemoryMHz },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetClockInfo(nvml.CLOCK_MEM)) }},
	{"highest SM clock", func(d *fakenvml.Device) **uint64 { return &d.ClockSMMaxMHz },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetMaxClockInfo(nvml.CLOCK_SM)) }},
	{"highest memory clock", func(d *fakenvml.Device) **uint64 { return &d.ClockMemoryMaxMHz },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetMaxClockInfo(nvml.CLOCK_MEM)) }},
	{"performance state", func(d *fakenvml.Device) **uint64 { return &d.PerformanceState },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetPerformanceState()) }},
	{"throttle reasons", func(d *fakenvml.Device) **uint64 { return &d.ThrottleReasons },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetCurrentClocksThrottleReasons()) }},
	{"event reasons", func(d *fakenvml.Device) **uint64 { return &d.ThrottleReasons },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetCurrentClocksEventReasons()) }},
	{"MIG mode", func(d *fakenvml.Device) **uint64 { return &d.MIGMode },
		func(d nvml.Device) (uint64, nvml.Return) { current, _, r := d.GetMigMode(); return number(current, r) }},
}

func TestReadingsEqualTheState(t *testing.T) {
	for i, reading := range readings {
		t.Run(reading.name, func(t *testing.T) {
			want := uint64(1000 + i)
			s := fakenvml.Default()
			*reading.field(&s.Devices[0]) = &want
			write(t, s)
			got, answer := reading.read(first(t, open(t)))
			require.Equal(t, nvml.SUCCESS, answer)
			require.Equal(t, want, got)
		})
	}
}

func TestAnAbsentReadingIsNotSupported(t *testing.T) {
	for _, reading := range readings {
		t.Run(reading.name, func(t *testing.T) {
			s := fakenvml.Default()
			*reading.field(&s.Devices[0]) = nil
			write(t, s)
			_, answer := reading.read(first(t, open(t)))
			require.Equal(t, nvml.ERROR_NOT_SUPPORTED, answer)
		})
	}
}

func TestMemoryVersionsCountTheReservedPartDifferently(t *testing.T) {
	s := fakenvml.Default()
	s.Devices[0].MemoryTotalBytes = new(uint64(1000))
	s.Devices[0].MemoryReservedBytes = new(uint64(30))
	s.Devices[0].MemoryUsedBytes = new(uint64(200))
	write(t, s)
	device := first(t, open(t))

	v1, answer := device.GetMemoryInfo()
	require.Equal(t, nvml.SUCCESS, answer)
	require.Equal(t, nvml.Memory{Total: 1000, Free: 770, Used: 230}, v1)
	v2, answer := device.GetMemoryInfo_v2()
	require.Equal(t, nvml.SUCCESS, answer)
	require.Equal(t, nvml.Memory_v2{Version: v2.Version, Total: 1000, Reserved: 30, Free: 770, Used: 200}, v2)
}

func TestDevicesInOrder(t *testing.T) {
	s := fakenvml.Default()
	s.Devices = append(s.Devices, fakenvml.DefaultDevice(1))
	s.Devices[1].Name = "NVIDIA L40S"
	s.Devices[1].PCIBusID = "00000001:C2:03.0"
	write(t, s)
	api := open(t)

	count, answer := api.DeviceGetCount()
	require.Equal(t, nvml.SUCCESS, answer)
	require.Equal(t, 2, count)
	device, answer := api.DeviceGetHandleByUUID(s.Devices[1].UUID)
	require.Equal(t, nvml.SUCCESS, answer)

	name, _ := device.GetName()
	uuid, _ := device.GetUUID()
	index, _ := device.GetIndex()
	minor, _ := device.GetMinorNumber()
	require.Equal(t, []any{"NVIDIA L40S", s.Devices[1].UUID, 1, 1}, []any{name, uuid, index, minor})

	pci, answer := device.GetPciInfo()
	require.Equal(t, nvml.SUCCESS, answer)
	require.Equal(t, []uint32{1, 0xC2, 3}, []uint32{pci.Domain, pci.Bus, pci.Device})
	for i, letter := range "00000001:C2:03.0\x00" {
		require.Equal(t, letter, rune(pci.BusId[i]), "letter %d of the bus id", i)
	}
}

func TestVersions(t *testing.T) {
	s := fakenvml.Default()
	write(t, s)
	api := open(t)
	driver, _ := api.SystemGetDriverVersion()
	library, _ := api.SystemGetNVMLVersion()
	cuda, _ := api.SystemGetCudaDriverVersion_v2()
	require.Equal(t, []any{s.DriverVersion, s.NVMLVersion, int(s.CUDAVersion)}, []any{driver, library, cuda})
}
