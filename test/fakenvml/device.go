package fakenvml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	}
}

func (d *Device) set(path []string, value string) error {
	if len(path) == 2 && path[0] == "process" {
		return d.setProcess(path[1], value)
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

func (d *Device) setProcess(pid, value string) error {
	number, err := strconv.ParseUint(pid, 10, 31)
	if err != nil {
		return fmt.Errorf("process id %q is not a number", pid)
	}
	i := slices.IndexFunc(d.Processes, func(p Process) bool { return p.PID == int(number) })
	if value == "" {
		if i >= 0 {
			d.Processes = slices.Delete(d.Processes, i, i+1)
		}
		return nil
	}
	p, err := parseProcess(int(number), value)
	switch {
	case err != nil:
		return err
	case i >= 0:
		d.Processes[i] = p
	case len(d.Processes) == MaxProcesses:
		return fmt.Errorf("a device holds at most %d processes", MaxProcesses)
	default:
		d.Processes = append(d.Processes, p)
	}
	return nil
}

const (
	notAvailable = "n/a"
	freedOnExit  = "freed_on_exit"
)

func (p Process) format() string {
	memory := notAvailable
	if p.MemoryBytes != nil {
		memory = formatNumber(p.MemoryBytes)
	}
	value := string(p.Type) + " " + memory
	if p.FreedOnExit {
		value += " " + freedOnExit
	}
	return value
}

func parseProcess(pid int, value string) (Process, error) {
	p := Process{PID: pid}
	words := strings.Split(value, " ")
	if len(words) == 3 && words[2] == freedOnExit {
		p.FreedOnExit = true
		words = words[:2]
	}
	if len(words) != 2 {
		return Process{}, fmt.Errorf("want a type, the bytes or %s, and perhaps %s", notAvailable, freedOnExit)
	}
	p.Type = ProcessType(words[0])
	if !slices.Contains([]ProcessType{Compute, Graphics, MPS}, p.Type) {
		return Process{}, fmt.Errorf("process type %q is not %s, %s or %s", p.Type, Compute, Graphics, MPS)
	}
	if words[1] != notAvailable {
		bytes, err := parseNumber(words[1])
		if err != nil {
			return Process{}, err
		}
		p.MemoryBytes = bytes
	}
	return p, nil
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
