package cosyvoice

import (
	"maps"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
)

// nvmlClocksEventReasons bits that slow a card down (nvml.h).
const (
	reasonsPower      = 0x04 | 0x80 // software power cap, hardware power brake
	reasonsThermal    = 0x20 | 0x40 // software and hardware thermal slowdown
	reasonsHWSlowdown = 0x08
)

// countCards counts the GPUs that the driver shows now: none while it does not work.
func countCards(gpus gpu.Snapshot) int {
	if gpus.State != gpu.StateOK {
		return 0
	}
	n := 0
	for _, g := range gpus.GPUs {
		if g.GPUUUID == "" && g.State != gpu.DeviceLost {
			n++
		}
	}
	return n
}

func (t *tick) gpus(gpus []gpu.GPU, use gpuUse) {
	for _, g := range gpus {
		fields := readings(g)
		maps.Copy(fields, health(g.Health))
		maps.Copy(fields, nvlink(g.NVLink))
		maps.Copy(fields, held(g, use))
		t.add("cosyvoice_gpu", map[string]string{"uuid": g.UUID, "gpu_uuid": g.GPUUUID, "name": g.Name}, fields)
	}
}

func readings(g gpu.GPU) map[string]any {
	fields := map[string]any{
		"index":                       int64(g.Index),
		"state":                       g.State,
		"utilization_percent":         g.UtilizationPercent,
		"utilization_max_percent":     g.UtilizationMaxPercent,
		"memory_utilization_percent":  g.MemoryUtilizationPercent,
		"encoder_utilization_percent": g.EncoderUtilizationPercent,
		"memory_used_bytes":           g.MemoryUsedBytes,
		"memory_used_max_bytes":       g.MemoryUsedMaxBytes,
		"memory_used_min_bytes":       g.MemoryUsedMinBytes,
		"memory_free_bytes":           g.MemoryFreeBytes,
		"memory_reserved_bytes":       g.MemoryReservedBytes,
		"memory_total_bytes":          g.MemoryTotalBytes,
		"temperature_c":               g.TemperatureC,
		"memory_temperature_c":        g.MemoryTemperatureC,
		"power_w":                     g.PowerW,
		"power_limit_w":               g.PowerLimitW,
		"energy_joules":               g.EnergyJoules,
		"clock_sm_hz":                 g.ClockSMHz,
		"clock_memory_hz":             g.ClockMemoryHz,
		"throttle_reasons":            g.ThrottleReasons,
		"performance_state":           g.PerformanceState,
		"pcie_tx_bytes_per_second":    g.PCIeTxBytesPerSecond,
		"pcie_rx_bytes_per_second":    g.PCIeRxBytesPerSecond,
		"xids_total":                  g.XIDsTotal,
		"xid_last":                    g.XIDLast,
	}
	if g.Reason != "" {
		fields["state_reason"] = g.Reason
	}
	if bits := g.ThrottleReasons; bits != nil {
		fields["throttle_thermal"] = asFlag(*bits&reasonsThermal != 0)
		fields["throttle_power"] = asFlag(*bits&reasonsPower != 0)
		fields["throttle_hw_slowdown"] = asFlag(*bits&reasonsHWSlowdown != 0)
	}
	return fields
}

func health(h *gpu.Health) map[string]any {
	if h == nil {
		return nil
	}
	return map[string]any{
		"fan_percent":                             h.FanPercent,
		"ecc_corrected_volatile_total":            h.ECCCorrectedVolatile,
		"ecc_uncorrected_volatile_total":          h.ECCUncorrectedVolatile,
		"ecc_corrected_aggregate_total":           h.ECCCorrectedAggregate,
		"ecc_uncorrected_aggregate_total":         h.ECCUncorrectedAggregate,
		"remapped_rows_corrected_total":           h.RemappedRowsCorrected,
		"remapped_rows_uncorrected_total":         h.RemappedRowsUncorrected,
		"remapped_rows_pending":                   flagOf(h.RemappedRowsPending),
		"remapped_rows_failure":                   flagOf(h.RemappedRowsFailure),
		"violation_power_seconds_total":           h.PowerViolationSeconds,
		"violation_thermal_seconds_total":         h.ThermalViolationSeconds,
		"violation_sync_boost_seconds_total":      h.SyncBoostViolationSeconds,
		"violation_board_limit_seconds_total":     h.BoardLimitViolationSeconds,
		"violation_low_utilization_seconds_total": h.LowUtilizationViolationSeconds,
		"violation_reliability_seconds_total":     h.ReliabilityViolationSeconds,
	}
}

func nvlink(l *gpu.NVLink) map[string]any {
	if l == nil {
		return nil
	}
	return map[string]any{
		"nvlink_tx_bytes_total":        l.TxBytes,
		"nvlink_rx_bytes_total":        l.RxBytes,
		"nvlink_crc_errors_total":      l.CRCErrors,
		"nvlink_replay_errors_total":   l.ReplayErrors,
		"nvlink_recovery_errors_total": l.RecoveryErrors,
	}
}

// held splits a GPU's memory by its holders.
func held(g gpu.GPU, use gpuUse) map[string]any {
	fields := map[string]any{}
	if g.Processes != nil {
		fields["processes"] = int64(len(g.Processes))
	}
	service, known := use.service[g.UUID]
	if known {
		fields["memory_service_bytes"] = service
	}
	if other, ok := use.other[g.UUID]; ok {
		fields["memory_other_bytes"] = other
		if g.MemoryUsedBytes != nil {
			fields["memory_unowned_bytes"] = max(0, *g.MemoryUsedBytes-service-other)
		}
	}
	return fields
}

func flagOf(b *bool) *int64 {
	if b == nil {
		return nil
	}
	n := asFlag(*b)
	return &n
}
