package gpu

import (
	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// family is a group of readings that one kind of NVML call gives, asked and
// failing as one. Of its calls the first is used that the driver exports.
type family struct {
	name  string
	calls []call
}

// call is one version of an NVML call; symbol is its name in the library.
type call struct {
	symbol string
	read   func(*driver, *device, *Reading) nvml.Return
}

// cardFamilies are read on a tick.
var cardFamilies = []family{
	memoryFamily,
	processFamily,
	utilizationFamily,
	{"process_utilization", []call{{"nvmlDeviceGetProcessUtilization", readProcessUtilization}}},
	{"encoder", []call{{"nvmlDeviceGetEncoderUtilization", readEncoder}}},
	{"temperature", []call{{"nvmlDeviceGetTemperature", readTemperature}}},
	{"memory_temperature", []call{{"nvmlDeviceGetFieldValues", readMemoryTemperature}}},
	{"power", []call{{"nvmlDeviceGetPowerUsage", readPower}}},
	{"power_limit", []call{{"nvmlDeviceGetEnforcedPowerLimit", readPowerLimit}}},
	{"energy", []call{{"nvmlDeviceGetTotalEnergyConsumption", readEnergy}}},
	{"clock_sm", []call{{"nvmlDeviceGetClockInfo", readClockSM}}},
	{"clock_memory", []call{{"nvmlDeviceGetClockInfo", readClockMemory}}},
	{"throttle", []call{
		{"nvmlDeviceGetCurrentClocksEventReasons", readEventReasons},
		{"nvmlDeviceGetCurrentClocksThrottleReasons", readThrottleReasons}, // its name before driver 535
	}},
	{"performance_state", []call{{"nvmlDeviceGetPerformanceState", readPerformanceState}}},
}

// instanceFamilies are what an instance of MIG tells; asked anything else, NVML may
// answer for the card or call the handle invalid.
var instanceFamilies = []family{memoryFamily, processFamily}

// Memory and processes are asked of all devices before the other families. Processes
// follow memory directly: what no process owns is the difference of the two, so they must
// be of one instant.
var (
	memoryFamily = family{"memory", []call{
		{"nvmlDeviceGetMemoryInfo_v2", readMemory},
		{"nvmlDeviceGetMemoryInfo", readMemory},
	}}
	processFamily = family{"processes", []call{
		{"nvmlDeviceGetComputeRunningProcesses_v3", readProcesses},
		{"nvmlDeviceGetComputeRunningProcesses_v2", readProcesses},
		{"nvmlDeviceGetComputeRunningProcesses", readProcesses},
	}}
	utilizationFamily = family{"utilization", []call{{"nvmlDeviceGetUtilizationRates", readUtilization}}}
)

func (dev *device) families() []family {
	if dev.card != "" {
		return instanceFamilies
	}
	return cardFamilies
}

// read asks each family in turn. Each fails alone: what is not supported is not
// asked again, anything else is noted as a fault. It tells whether any answered, and
// one of the faults.
func (d *driver) read(dev *device, r *Reading, families []family) (answered bool, fault nvml.Return) {
	for _, f := range families {
		if dev.unsupported[f.name] {
			continue
		}
		switch ret := d.ask(f, dev, r); ret {
		case nvml.SUCCESS:
			answered = true
		case nvml.ERROR_NOT_SUPPORTED, nvml.ERROR_FUNCTION_NOT_FOUND:
			dev.unsupported[f.name] = true
		case nvml.ERROR_GPU_IS_LOST:
			r.State, r.Reason = DeviceLost, "it fell off the bus"
			return answered, ret
		default:
			fault = ret
			r.fault(f.name, ret.String())
		}
	}
	return answered, fault
}

// ask makes the first of the family's calls that the driver exports.
func (d *driver) ask(f family, dev *device, r *Reading) nvml.Return {
	for _, c := range f.calls {
		if d.has(c.symbol) {
			return c.read(d, dev, r)
		}
	}
	return nvml.ERROR_FUNCTION_NOT_FOUND
}

func (r *Reading) fault(family, reason string) {
	if r.Faults == nil {
		r.Faults = map[string]string{}
	}
	r.Faults[family] = reason
}
