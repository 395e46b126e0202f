package gpu

import "github.com/NVIDIA/go-nvml/pkg/nvml"

func readUtilization(_ *driver, dev *device, r *Reading) nvml.Return {
	u, ret := dev.GetUtilizationRates()
	if ret == nvml.SUCCESS {
		r.UtilizationPercent, r.MemoryUtilizationPercent = number(u.Gpu), number(u.Memory)
	}
	return ret
}

func readEncoder(_ *driver, dev *device, r *Reading) nvml.Return {
	percent, _, ret := dev.GetEncoderUtilization()
	if ret == nvml.SUCCESS {
		r.EncoderUtilizationPercent = number(percent)
	}
	return ret
}

func readTemperature(_ *driver, dev *device, r *Reading) nvml.Return {
	celsius, ret := dev.GetTemperature(nvml.TEMPERATURE_GPU)
	if ret == nvml.SUCCESS {
		r.TemperatureC = number(celsius)
	}
	return ret
}

func readPower(_ *driver, dev *device, r *Reading) nvml.Return {
	milliwatts, ret := dev.GetPowerUsage()
	if ret == nvml.SUCCESS {
		r.PowerW = thousandths(milliwatts)
	}
	return ret
}

func readPowerLimit(_ *driver, dev *device, r *Reading) nvml.Return {
	milliwatts, ret := dev.GetEnforcedPowerLimit()
	if ret == nvml.SUCCESS {
		r.PowerLimitW = thousandths(milliwatts)
	}
	return ret
}

func readEnergy(_ *driver, dev *device, r *Reading) nvml.Return {
	millijoules, ret := dev.GetTotalEnergyConsumption()
	if ret == nvml.SUCCESS {
		r.EnergyJoules = thousandths(millijoules)
	}
	return ret
}

func readClockSM(_ *driver, dev *device, r *Reading) nvml.Return {
	mhz, ret := dev.GetClockInfo(nvml.CLOCK_SM)
	if ret == nvml.SUCCESS {
		r.ClockSMHz = megahertz(mhz)
	}
	return ret
}

func readClockMemory(_ *driver, dev *device, r *Reading) nvml.Return {
	mhz, ret := dev.GetClockInfo(nvml.CLOCK_MEM)
	if ret == nvml.SUCCESS {
		r.ClockMemoryHz = megahertz(mhz)
	}
	return ret
}

func readEventReasons(_ *driver, dev *device, r *Reading) nvml.Return {
	bits, ret := dev.GetCurrentClocksEventReasons()
	return setThrottle(r, bits, ret)
}

func readThrottleReasons(_ *driver, dev *device, r *Reading) nvml.Return {
	bits, ret := dev.GetCurrentClocksThrottleReasons()
	return setThrottle(r, bits, ret)
}

func setThrottle(r *Reading, bits uint64, ret nvml.Return) nvml.Return {
	if ret == nvml.SUCCESS {
		reasons := int64(bits)
		r.ThrottleReasons = &reasons
	}
	return ret
}

func readPerformanceState(_ *driver, dev *device, r *Reading) nvml.Return {
	p, ret := dev.GetPerformanceState()
	if ret == nvml.SUCCESS && p != nvml.PSTATE_UNKNOWN {
		state := int64(p)
		r.PerformanceState = &state
	}
	return ret
}

// number is nil for NVML_VALUE_NOT_AVAILABLE, all bits set, which drivers put in
// place of a number they do not have.
func number[T uint32 | uint64](v T) *float64 {
	if v == ^T(0) {
		return nil
	}
	f := float64(v)
	return &f
}

func megahertz(v uint32) *float64 {
	f := number(v)
	if f != nil {
		*f *= 1e6
	}
	return f
}

func thousandths[T uint32 | uint64](v T) *float64 {
	f := number(v)
	if f != nil {
		*f /= 1000
	}
	return f
}

// count is number for what is counted.
func count[T uint32 | uint64](v T) *int64 {
	if v == ^T(0) {
		return nil
	}
	n := int64(v)
	return &n
}
