// Package fakenvml stands in for an NVIDIA driver in tests and in the demo: it
// builds a C library with NVML's own binary interface, and reads and writes the
// state file that tells this library what to answer.
package fakenvml

import (
	"fmt"
	"time"
)

// State is everything that the fake driver answers.
type State struct {
	DriverVersion string
	NVMLVersion   string
	// CUDAVersion is 1000*major + 10*minor, as in cuda.h.
	CUDAVersion uint64
	// Devices are in NVML's index order.
	Devices []Device
	// Calls holds the faults by the C name of the function, as exported
	// ("nvmlDeviceGetMemoryInfo_v2"). The name "*" is for every function that
	// has no entry of its own.
	Calls map[string]Call
}

// Device is one GPU. Numbers are in NVML's own units; a nil reading is one that
// the GPU does not support, and its function answers NVML_ERROR_NOT_SUPPORTED.
type Device struct {
	UUID     string
	Name     string
	PCIBusID string // domain:bus:device.function in hexadecimal, "00000000:01:00.0"

	MemoryTotalBytes    *uint64
	MemoryReservedBytes *uint64 // kept by driver and firmware
	// MemoryUsedBytes is what programs allocated, without the reserved part: what
	// nvmlDeviceGetMemoryInfo_v2 calls used. The older nvmlDeviceGetMemoryInfo
	// reports the sum of the two.
	MemoryUsedBytes *uint64

	UtilizationGPUPercent    *uint64
	UtilizationMemoryPercent *uint64
	TemperatureC             *uint64
	PowerMilliwatts          *uint64
	PowerLimitMilliwatts     *uint64
	EnergyMillijoules        *uint64 // since the driver was loaded
	ClockSMMHz               *uint64
	ClockMemoryMHz           *uint64
	ClockSMMaxMHz            *uint64
	ClockMemoryMaxMHz        *uint64
	PerformanceState         *uint64 // 0 is the fastest, 15 the slowest
	ThrottleReasons          *uint64 // nvmlClocksEventReason* bits
	MIGMode                  *uint64 // 0 or 1; GeForce cards have none

	FanPercent         *uint64
	EncoderPercent     *uint64
	MemoryTemperatureC *uint64

	ECCCorrectedVolatile    *uint64 // since the driver was loaded
	ECCUncorrectedVolatile  *uint64
	ECCCorrectedAggregate   *uint64 // since the card was made
	ECCUncorrectedAggregate *uint64
	RemappedRowsCorrected   *uint64 // nil for all four where there is no such thing
	RemappedRowsUncorrected *uint64
	RemappedRowsPending     *uint64 // 0 or 1
	RemappedRowsFailure     *uint64 // 0 or 1

	// The Violation counters tell how long each limit has kept the clocks down.
	ViolationPowerNS, ViolationThermalNS, ViolationSyncBoostNS               *uint64
	ViolationBoardLimitNS, ViolationLowUtilizationNS, ViolationReliabilityNS *uint64

	PCIeTxKiBPerS, PCIeRxKiBPerS *uint64 // at this moment
	NVLinkTxKiB, NVLinkRxKiB     *uint64 // counters over all links
	NVLinkCRCErrors              *uint64
	NVLinkReplayErrors           *uint64
	NVLinkRecoveryErrors         *uint64

	// XIDCount is how many Xids there were: each one that is added wakes those who
	// wait for events, and they are told XIDLast. Nil: the card has no events.
	XIDCount, XIDLast *uint64

	// Error is the nvmlReturn_t that every call of this device answers: 15 if it fell
	// off the bus.
	Error *uint64
	// HangSeconds is for how long every call of this device blocks.
	HangSeconds *uint64
	// ProcessSamplesUnannounced is how many utilisation samples appear between the
	// question for their number and the question for them.
	ProcessSamplesUnannounced *uint64

	Processes []Process
	// Instances are those of MIG. An instance is a device with few readings; its
	// processes stand in the lists of its card, too.
	Instances []Device
}

// ProcessType says in which of NVML's process lists a process stands.
type ProcessType string

// The process lists of NVML.
const (
	Compute  ProcessType = "compute"
	Graphics ProcessType = "graphics"
	MPS      ProcessType = "mps"
)

// Process is one user of a GPU. A PID stands once in a device.
type Process struct {
	PID  int
	Type ProcessType
	// MemoryBytes is part of the device's MemoryUsedBytes. Nil is
	// NVML_VALUE_NOT_AVAILABLE, as a driver answers under WDDM.
	MemoryBytes *uint64
	// FreedOnExit makes the library do what a driver does when a process dies:
	// once no process has this PID, it is left out of the lists and its memory
	// counts as free. Leave it false for made-up PIDs.
	FreedOnExit bool
	// SMPercent is the share of the SMs that it uses; nil leaves no sample, as for a
	// process that was idle.
	SMPercent *uint64
	// SampledAs is the PID under which its samples stand, 0 for the same: drivers
	// inside a container list processes by one namespace and sample by another.
	SampledAs int
}

// Call is what one NVML function does wrong.
type Call struct {
	// Hang is for how long the call blocks. Taking the hang out of the state
	// lets a blocked call go on.
	Hang time.Duration
	// Error is the nvmlReturn_t to answer, 0 for none.
	Error int
	// Latency replaces the usual duration of the call; nil keeps it.
	Latency *time.Duration
}

// Default is a machine with one idle DefaultDevice.
func Default() State {
	return State{
		DriverVersion: "570.172.08",
		NVMLVersion:   "12.570.172.08",
		CUDAVersion:   12080,
		Devices:       []Device{DefaultDevice(0)},
	}
}

// DefaultDevice is an NVIDIA GeForce RTX 4090 with 24 GiB at rest. UUID and PCI
// address follow from the index.
func DefaultDevice(index int) Device {
	const mib = 1 << 20
	return Device{
		UUID:     fmt.Sprintf("GPU-5eed0000-0000-4000-8000-%012x", index),
		Name:     "NVIDIA GeForce RTX 4090",
		PCIBusID: fmt.Sprintf("00000000:%02X:00.0", index+1),

		MemoryTotalBytes:         new(uint64(24564 * mib)),
		MemoryReservedBytes:      new(uint64(420 * mib)),
		MemoryUsedBytes:          new(uint64(2 * mib)),
		UtilizationGPUPercent:    new(uint64(0)),
		UtilizationMemoryPercent: new(uint64(0)),
		TemperatureC:             new(uint64(38)),
		PowerMilliwatts:          new(uint64(18_500)),
		PowerLimitMilliwatts:     new(uint64(450_000)),
		EnergyMillijoules:        new(uint64(1_000_000)),
		ClockSMMHz:               new(uint64(210)),
		ClockMemoryMHz:           new(uint64(405)),
		ClockSMMaxMHz:            new(uint64(3105)),
		ClockMemoryMaxMHz:        new(uint64(10501)),
		PerformanceState:         new(uint64(8)),
		ThrottleReasons:          new(uint64(0x1)), // nvmlClocksEventReasonGpuIdle

		FanPercent:                new(uint64(0)),
		EncoderPercent:            new(uint64(0)),
		ViolationPowerNS:          new(uint64(0)),
		ViolationThermalNS:        new(uint64(0)),
		ViolationSyncBoostNS:      new(uint64(0)),
		ViolationBoardLimitNS:     new(uint64(0)),
		ViolationLowUtilizationNS: new(uint64(0)),
		ViolationReliabilityNS:    new(uint64(0)),
		PCIeTxKiBPerS:             new(uint64(0)),
		PCIeRxKiBPerS:             new(uint64(0)),
		XIDCount:                  new(uint64(0)),
	}
}
