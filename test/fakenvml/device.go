package fakenvml

import (
	"fmt"
	"strconv"
)

type text struct {
	key   string
	field *string
}

type reading struct {
	key   string
	field **uint64
}

func (d *Device) texts() []text {
	return []text{
		{"uuid", &d.UUID},
		{"name", &d.Name},
		{"pci_bus_id", &d.PCIBusID},
	}
}

func (d *Device) readings() []reading {
	return []reading{
		{"memory_total_bytes", &d.MemoryTotalBytes},
		{"memory_reserved_bytes", &d.MemoryReservedBytes},
		{"memory_used_bytes", &d.MemoryUsedBytes},
		{"utilization_gpu_percent", &d.UtilizationGPUPercent},
		{"utilization_memory_percent", &d.UtilizationMemoryPercent},
		{"temperature_c", &d.TemperatureC},
		{"power_mw", &d.PowerMilliwatts},
		{"power_limit_mw", &d.PowerLimitMilliwatts},
		{"energy_mj", &d.EnergyMillijoules},
		{"clock_sm_mhz", &d.ClockSMMHz},
		{"clock_memory_mhz", &d.ClockMemoryMHz},
		{"clock_sm_max_mhz", &d.ClockSMMaxMHz},
		{"clock_memory_max_mhz", &d.ClockMemoryMaxMHz},
		{"performance_state", &d.PerformanceState},
		{"throttle_reasons", &d.ThrottleReasons},
		{"mig_mode", &d.MIGMode},
		{"fan_percent", &d.FanPercent},
		{"encoder_percent", &d.EncoderPercent},
		{"memory_temperature_c", &d.MemoryTemperatureC},
		{"ecc_corrected_volatile", &d.ECCCorrectedVolatile},
		{"ecc_uncorrected_volatile", &d.ECCUncorrectedVolatile},
		{"ecc_corrected_aggregate", &d.ECCCorrectedAggregate},
		{"ecc_uncorrected_aggregate", &d.ECCUncorrectedAggregate},
		{"remapped_rows_corrected", &d.RemappedRowsCorrected},
		{"remapped_rows_uncorrected", &d.RemappedRowsUncorrected},
		{"remapped_rows_pending", &d.RemappedRowsPending},
		{"remapped_rows_failure", &d.RemappedRowsFailure},
		{"violation_power_ns", &d.ViolationPowerNS},
		{"violation_thermal_ns", &d.ViolationThermalNS},
		{"violation_sync_boost_ns", &d.ViolationSyncBoostNS},
		{"violation_board_limit_ns", &d.ViolationBoardLimitNS},
		{"violation_low_utilization_ns", &d.ViolationLowUtilizationNS},
		{"violation_reliability_ns", &d.ViolationReliabilityNS},
		{"pcie_tx_kib_s", &d.PCIeTxKiBPerS},
		{"pcie_rx_kib_s", &d.PCIeRxKiBPerS},
		{"nvlink_tx_kib", &d.NVLinkTxKiB},
		{"nvlink_rx_kib", &d.NVLinkRxKiB},
		{"nvlink_crc_errors", &d.NVLinkCRCErrors},
		{"nvlink_replay_errors", &d.NVLinkReplayErrors},
		{"nvlink_recovery_errors", &d.NVLinkRecoveryErrors},
		{"xid_count", &d.XIDCount},
		{"xid_last", &d.XIDLast},
		{"error", &d.Error},
		{"hang_s", &d.HangSeconds},
		{"process_samples_unannounced", &d.ProcessSamplesUnannounced},
	}
}

func (d *Device) set(path []string, value string) error {
	if len(path) == 2 && path[0] == "process" {
		return d.setProcess(path[1], value)
	}
	if len(path) >= 3 && path[0] == "mig" {
		instance, err := at(&d.Instances, "MIG instance", path[1], MaxInstances)
		if err != nil {
			return err
		}
		if path[2] == "mig" {
			return errUnknownKey
		}
		return instance.set(path[2:], value)
	}
	if len(path) != 1 {
		return errUnknownKey
	}
	for _, text := range d.texts() {
		if text.key == path[0] {
			*text.field = value
			return nil
		}
	}
	for _, reading := range d.readings() {
		if reading.key == path[0] {
			number, err := parseNumber(value)
			*reading.field = number
			return err
		}
	}
	return errUnknownKey
}

func formatNumber(number *uint64) string {
	if number == nil {
		return ""
	}
	return strconv.FormatUint(*number, 10)
}

func parseNumber(value string) (*uint64, error) {
	if value == "" {
		return nil, nil
	}
	number, err := strconv.ParseUint(value, 0, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not a whole number of 0 or more", value)
	}
	return &number, nil
}

func formatFloat(number float64) string {
	return strconv.FormatFloat(number, 'f', -1, 64)
}

// at finds the entry of an index, and adds it when it is the next one.
func at(devices *[]Device, what, index string, limit int) (*Device, error) {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= limit {
		return nil, fmt.Errorf("%s index %q is not a number from 0 to %d", what, index, limit-1)
	}
	if i > len(*devices) {
		return nil, fmt.Errorf("%s %d cannot come before %s %d: indices have no gaps", what, i, what, len(*devices))
	}
	if i == len(*devices) {
		*devices = append(*devices, Device{})
	}
	return &(*devices)[i], nil
}

// lines hands out the lines of the device with the start of their keys.
func (d *Device) lines(line func(value string, key ...string), prefix string) {
	for _, text := range d.texts() {
		line(*text.field, prefix, text.key)
	}
	for _, reading := range d.readings() {
		line(formatNumber(*reading.field), prefix, reading.key)
	}
	for _, p := range d.Processes {
		line(p.format(), prefix, "process", strconv.Itoa(p.PID))
	}
	for i := range d.Instances {
		d.Instances[i].lines(line, prefix+".mig."+strconv.Itoa(i))
	}
}
