package fakenvml_test

import (
	"encoding/binary"
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// number hides the type and the shape of an answer, to put many into one table.
func number[T ~int | ~int32 | ~uint32 | ~uint64](value T, answer nvml.Return) (uint64, nvml.Return) {
	return uint64(value), answer
}

func field(id uint32) func(nvml.Device) (uint64, nvml.Return) {
	return func(d nvml.Device) (uint64, nvml.Return) {
		values := []nvml.FieldValue{{FieldId: id}}
		if answer := d.GetFieldValues(values); answer != nvml.SUCCESS {
			return 0, answer
		}
		return binary.NativeEndian.Uint64(values[0].Value[:]), nvml.Return(values[0].NvmlReturn)
	}
}

func ecc(errors nvml.MemoryErrorType, counter nvml.EccCounterType) func(nvml.Device) (uint64, nvml.Return) {
	return func(d nvml.Device) (uint64, nvml.Return) { return d.GetTotalEccErrors(errors, counter) }
}

func violation(policy nvml.PerfPolicyType) func(nvml.Device) (uint64, nvml.Return) {
	return func(d nvml.Device) (uint64, nvml.Return) {
		v, answer := d.GetViolationStatus(policy)
		return v.ViolationTime, answer
	}
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
	{"fan", func(d *fakenvml.Device) **uint64 { return &d.FanPercent },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetFanSpeed()) }},
	{"fan 0", func(d *fakenvml.Device) **uint64 { return &d.FanPercent },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetFanSpeed_v2(0)) }},
	{"encoder", func(d *fakenvml.Device) **uint64 { return &d.EncoderPercent },
		func(d nvml.Device) (uint64, nvml.Return) {
			percent, _, r := d.GetEncoderUtilization()
			return number(percent, r)
		}},
	{"memory temperature", func(d *fakenvml.Device) **uint64 { return &d.MemoryTemperatureC }, field(nvml.FI_DEV_MEMORY_TEMP)},
	{"NVLink sent", func(d *fakenvml.Device) **uint64 { return &d.NVLinkTxKiB }, field(nvml.FI_DEV_NVLINK_THROUGHPUT_DATA_TX)},
	{"NVLink received", func(d *fakenvml.Device) **uint64 { return &d.NVLinkRxKiB }, field(nvml.FI_DEV_NVLINK_THROUGHPUT_DATA_RX)},
	{"NVLink CRC", func(d *fakenvml.Device) **uint64 { return &d.NVLinkCRCErrors }, field(nvml.FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL)},
	{"NVLink replay", func(d *fakenvml.Device) **uint64 { return &d.NVLinkReplayErrors }, field(nvml.FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL)},
	{"NVLink recovery", func(d *fakenvml.Device) **uint64 { return &d.NVLinkRecoveryErrors }, field(nvml.FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL)},
	{"ECC corrected volatile", func(d *fakenvml.Device) **uint64 { return &d.ECCCorrectedVolatile }, ecc(nvml.MEMORY_ERROR_TYPE_CORRECTED, nvml.VOLATILE_ECC)},
	{"ECC uncorrected volatile", func(d *fakenvml.Device) **uint64 { return &d.ECCUncorrectedVolatile }, ecc(nvml.MEMORY_ERROR_TYPE_UNCORRECTED, nvml.VOLATILE_ECC)},
	{"ECC corrected aggregate", func(d *fakenvml.Device) **uint64 { return &d.ECCCorrectedAggregate }, ecc(nvml.MEMORY_ERROR_TYPE_CORRECTED, nvml.AGGREGATE_ECC)},
	{"ECC uncorrected aggregate", func(d *fakenvml.Device) **uint64 { return &d.ECCUncorrectedAggregate }, ecc(nvml.MEMORY_ERROR_TYPE_UNCORRECTED, nvml.AGGREGATE_ECC)},
	{"remapped rows", func(d *fakenvml.Device) **uint64 { return &d.RemappedRowsCorrected },
		func(d nvml.Device) (uint64, nvml.Return) {
			corrected, _, _, _, r := d.GetRemappedRows()
			return number(corrected, r)
		}},
	{"power violation", func(d *fakenvml.Device) **uint64 { return &d.ViolationPowerNS }, violation(nvml.PERF_POLICY_POWER)},
	{"thermal violation", func(d *fakenvml.Device) **uint64 { return &d.ViolationThermalNS }, violation(nvml.PERF_POLICY_THERMAL)},
	{"sync boost violation", func(d *fakenvml.Device) **uint64 { return &d.ViolationSyncBoostNS }, violation(nvml.PERF_POLICY_SYNC_BOOST)},
	{"board limit violation", func(d *fakenvml.Device) **uint64 { return &d.ViolationBoardLimitNS }, violation(nvml.PERF_POLICY_BOARD_LIMIT)},
	{"low utilization violation", func(d *fakenvml.Device) **uint64 { return &d.ViolationLowUtilizationNS }, violation(nvml.PERF_POLICY_LOW_UTILIZATION)},
	{"reliability violation", func(d *fakenvml.Device) **uint64 { return &d.ViolationReliabilityNS }, violation(nvml.PERF_POLICY_RELIABILITY)},
	{"PCIe sent", func(d *fakenvml.Device) **uint64 { return &d.PCIeTxKiBPerS },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetPcieThroughput(nvml.PCIE_UTIL_TX_BYTES)) }},
	{"PCIe received", func(d *fakenvml.Device) **uint64 { return &d.PCIeRxKiBPerS },
		func(d nvml.Device) (uint64, nvml.Return) { return number(d.GetPcieThroughput(nvml.PCIE_UTIL_RX_BYTES)) }},
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
