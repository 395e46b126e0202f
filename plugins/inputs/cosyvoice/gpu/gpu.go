// Package gpu observes NVIDIA GPUs through NVML.
//
// NVML runs in a child process (RunChild) that the parent (Monitor) supervises:
// a driver call can block for ever inside the kernel, a symbol that the installed
// driver lacks ends the process with exit code 127, and a process keeps the old
// library mapped after a driver upgrade. Each of these costs the child, which the
// parent abandons and starts anew, and never the plugin.
//
// The child samples the cheap readings (memory, utilisation) every second and
// sends everything else when the parent asks, once a tick.
package gpu

import (
	"encoding/json"
	"time"
)

// States of one GPU.
const (
	DeviceOK   = "ok"   // it answers
	DeviceHung = "hung" // the driver does not answer; readings are absent
	DeviceLost = "lost" // the driver says that the card fell off the bus
)

// Sample holds the readings of one GPU that are cheap enough for every second:
// together about 15 µs on a real driver.
type Sample struct {
	UUID               string   `json:"uuid"`
	MemoryUsedBytes    *float64 `json:"mem,omitempty"`  // without what the driver reserves
	UtilizationPercent *float64 `json:"util,omitempty"` // share of the last sampling period in which a kernel ran
}

// Process is one process that holds memory on a GPU.
type Process struct {
	PID int `json:"pid"`
	// MemoryBytes is nil where the driver does not tell, as under WSL2.
	MemoryBytes *float64 `json:"mem,omitempty"`
}

// Reading is everything known of one GPU at one instant. A nil field is unknown:
// the driver or the card does not support it, or asking for it failed.
type Reading struct {
	Index int    `json:"index"`
	UUID  string `json:"uuid"`
	Name  string `json:"name"`
	State string `json:"state"`

	UtilizationPercent       *float64 `json:"utilization,omitempty"`
	MemoryUtilizationPercent *float64 `json:"memory_utilization,omitempty"`

	MemoryUsedBytes     *float64 `json:"memory_used,omitempty"`
	MemoryFreeBytes     *float64 `json:"memory_free,omitempty"`
	MemoryReservedBytes *float64 `json:"memory_reserved,omitempty"`
	MemoryTotalBytes    *float64 `json:"memory_total,omitempty"`

	TemperatureC     *float64 `json:"temperature,omitempty"`
	PowerW           *float64 `json:"power,omitempty"`
	PowerLimitW      *float64 `json:"power_limit,omitempty"`
	EnergyJoules     *float64 `json:"energy,omitempty"` // since the driver was loaded
	ClockSMHz        *float64 `json:"clock_sm,omitempty"`
	ClockMemoryHz    *float64 `json:"clock_memory,omitempty"`
	ThrottleReasons  *int64   `json:"throttle,omitempty"` // nvmlClocksEventReasons bits
	PerformanceState *int64   `json:"pstate,omitempty"`   // 0 (fastest) to 15

	// Processes is nil when the list could not be read, empty when nobody holds
	// memory.
	Processes []Process `json:"processes"`

	// Faults names each family of readings that failed this time, with NVML's
	// reason. What the card merely does not support is no fault.
	Faults map[string]string `json:"faults,omitempty"`
}

// message is one line from the child to the parent. Exactly one of Hello, Samples,
// Readings and Problem is set.
type message struct {
	Hello    *hello    `json:"hello,omitempty"`
	Samples  []Sample  `json:"samples,omitempty"`
	Readings []Reading `json:"readings,omitempty"`
	Problem  *problem  `json:"problem,omitempty"`
}

// hello is the child's first word after NVML was initialised.
type hello struct {
	Driver  string `json:"driver"`
	Devices int    `json:"devices"`
}

// problem is the child's last word: why it cannot observe.
type problem struct {
	// Absent means that there is no driver here, the normal case on a host without
	// a GPU.
	Absent bool   `json:"absent"`
	Reason string `json:"reason"`
}

func (m message) line() ([]byte, error) {
	b, err := json.Marshal(m)
	return append(b, '\n'), err
}

// SampleInterval is the pace of the cheap readings.
const SampleInterval = time.Second
