package gpu

import (
	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// healthFamilies change slowly, and some of them take long: 137 µs for a fan on an
// RTX 4090.
var healthFamilies = []family{
	{"fan", []call{
		{"nvmlDeviceGetFanSpeed_v2", readFans},
		{"nvmlDeviceGetFanSpeed", readFan},
	}},
	{"ecc", []call{{"nvmlDeviceGetTotalEccErrors", readECC}}},
	{"remapped_rows", []call{{"nvmlDeviceGetRemappedRows", readRemappedRows}}},
	violations("power", nvml.PERF_POLICY_POWER, func(h *Health) **float64 { return &h.PowerViolationSeconds }),
	violations("thermal", nvml.PERF_POLICY_THERMAL, func(h *Health) **float64 { return &h.ThermalViolationSeconds }),
	violations("sync_boost", nvml.PERF_POLICY_SYNC_BOOST, func(h *Health) **float64 { return &h.SyncBoostViolationSeconds }),
	violations("board_limit", nvml.PERF_POLICY_BOARD_LIMIT, func(h *Health) **float64 { return &h.BoardLimitViolationSeconds }),
	violations("low_utilization", nvml.PERF_POLICY_LOW_UTILIZATION, func(h *Health) **float64 { return &h.LowUtilizationViolationSeconds }),
	violations("reliability", nvml.PERF_POLICY_RELIABILITY, func(h *Health) **float64 { return &h.ReliabilityViolationSeconds }),
}

func readFans(d *driver, dev *device, r *Reading) nvml.Return {
	if !d.has("nvmlDeviceGetNumFans") {
		return readFan(d, dev, r)
	}
	fans, ret := dev.GetNumFans()
	if ret != nvml.SUCCESS {
		return ret
	}
	if fans == 0 {
		return nvml.ERROR_NOT_SUPPORTED
	}
	for i := range fans {
		percent, ret := dev.GetFanSpeed_v2(i)
		if ret != nvml.SUCCESS {
			return ret
		}
		r.Health.FanPercent = larger(r.Health.FanPercent, number(percent))
	}
	return nvml.SUCCESS
}

func readFan(_ *driver, dev *device, r *Reading) nvml.Return {
	percent, ret := dev.GetFanSpeed()
	if ret == nvml.SUCCESS {
		r.Health.FanPercent = number(percent)
	}
	return ret
}

func readECC(_ *driver, dev *device, r *Reading) nvml.Return {
	for _, counter := range []struct {
		field   **int64
		errors  nvml.MemoryErrorType
		counter nvml.EccCounterType
	}{
		{&r.Health.ECCCorrectedVolatile, nvml.MEMORY_ERROR_TYPE_CORRECTED, nvml.VOLATILE_ECC},
		{&r.Health.ECCUncorrectedVolatile, nvml.MEMORY_ERROR_TYPE_UNCORRECTED, nvml.VOLATILE_ECC},
		{&r.Health.ECCCorrectedAggregate, nvml.MEMORY_ERROR_TYPE_CORRECTED, nvml.AGGREGATE_ECC},
		{&r.Health.ECCUncorrectedAggregate, nvml.MEMORY_ERROR_TYPE_UNCORRECTED, nvml.AGGREGATE_ECC},
	} {
		n, ret := dev.GetTotalEccErrors(counter.errors, counter.counter)
		if ret != nvml.SUCCESS {
			return ret
		}
		*counter.field = count(n)
	}
	return nvml.SUCCESS
}

func readRemappedRows(_ *driver, dev *device, r *Reading) nvml.Return {
	corrected, uncorrected, pending, failure, ret := dev.GetRemappedRows()
	if ret == nvml.SUCCESS {
		r.Health.RemappedRowsCorrected = count(uint64(corrected))
		r.Health.RemappedRowsUncorrected = count(uint64(uncorrected))
		r.Health.RemappedRowsPending, r.Health.RemappedRowsFailure = &pending, &failure
	}
	return ret
}

// violations is the family of one limit: cards support some of them.
func violations(limit string, policy nvml.PerfPolicyType, field func(*Health) **float64) family {
	return family{"violation_" + limit, []call{{"nvmlDeviceGetViolationStatus",
		func(_ *driver, dev *device, r *Reading) nvml.Return {
			v, ret := dev.GetViolationStatus(policy)
			if ret == nvml.SUCCESS {
				*field(r.Health) = seconds(v.ViolationTime)
			}
			return ret
		}}}}
}

func seconds(nanoseconds uint64) *float64 {
	f := number(nanoseconds)
	if f != nil {
		*f /= 1e9
	}
	return f
}
