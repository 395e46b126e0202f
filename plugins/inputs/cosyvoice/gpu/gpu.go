// Package gpu observes NVIDIA GPUs through NVML.
//
// NVML runs in a child process (RunChild) that the parent (Monitor) supervises:
// a driver call can block for ever inside the kernel, a symbol that the installed
// driver lacks ends the process with exit code 127, and a process keeps the old
// library mapped after a driver upgrade. Each of these costs the child, which the
// parent abandons and starts anew, and never the plugin.
//
// A thread of the child samples the cheap readings (memory, utilisation, clock) every
// second and keeps them until the parent asks, once a tick: then the child sends these
// samples and reads everything else. Between the ticks both programs sleep, but for that
// thread, and for an Xid, of which the child tells when it happens.
package gpu

import "time"

// SampleInterval is the pace of the cheap readings.
const SampleInterval = time.Second

// States of one GPU. In all but the first its readings are absent.
const (
	DeviceOK     = "ok"     // it answers
	DeviceHung   = "hung"   // the driver does not answer, or not about this GPU
	DeviceLost   = "lost"   // it fell off the bus, or the driver no longer lists it
	DeviceFailed = "failed" // it answers every question with an error, or its driver does
)

// Sample holds the readings of one GPU, or of one instance of MIG, that are cheap enough
// for every second. A nil field is unknown.
type Sample struct {
	UUID               string
	At                 time.Time
	MemoryUsedBytes    *float64 // without what the driver reserves
	UtilizationPercent *float64 // share of the last sampling period in which a kernel ran
	ClockSMHz          *float64 // nil while the GPU is idle, too
}

// Process is one process that holds memory on a GPU.
type Process struct {
	// PID is as the driver tells it: inside a container it may be of another
	// namespace.
	PID int `json:"pid"`
	// MemoryBytes is nil where the driver does not tell, as under WSL2.
	MemoryBytes *float64 `json:"mem,omitempty"`
	// SMPercent is the mean share of the SMs that its kernels used since the tick
	// before, 0 if it was idle. It is nil where the driver does not tell, or tells it
	// for process ids that it does not list (seen in containers, driver 560).
	SMPercent *float64 `json:"sm,omitempty"`
}

// Reading is everything known of one GPU, or of one instance of MIG, at one instant.
// A nil field is unknown: the driver or the card does not support it, or asking for
// it failed. An instance of MIG has memory and processes only.
type Reading struct {
	Index int    `json:"index"` // NVML's; of an instance that of its card
	UUID  string `json:"uuid"`
	// GPUUUID is the card of an instance of MIG, and empty for a card. The card lists
	// the processes of its instances too.
	GPUUUID string `json:"gpu_uuid,omitempty"`
	Name    string `json:"name"`
	State   string `json:"state"`
	Reason  string `json:"reason,omitempty"` // why the state is not ok

	UtilizationPercent        *float64 `json:"utilization,omitempty"`
	MemoryUtilizationPercent  *float64 `json:"memory_utilization,omitempty"`
	EncoderUtilizationPercent *float64 `json:"encoder_utilization,omitempty"`

	MemoryUsedBytes     *float64 `json:"memory_used,omitempty"`
	MemoryFreeBytes     *float64 `json:"memory_free,omitempty"`
	MemoryReservedBytes *float64 `json:"memory_reserved,omitempty"`
	MemoryTotalBytes    *float64 `json:"memory_total,omitempty"`

	TemperatureC       *float64 `json:"temperature,omitempty"`
	MemoryTemperatureC *float64 `json:"memory_temperature,omitempty"`
	PowerW             *float64 `json:"power,omitempty"`
	PowerLimitW        *float64 `json:"power_limit,omitempty"`
	EnergyJoules       *float64 `json:"energy,omitempty"` // since the driver was loaded
	ClockSMHz          *float64 `json:"clock_sm,omitempty"`
	ClockMemoryHz      *float64 `json:"clock_memory,omitempty"`
	ThrottleReasons    *int64   `json:"throttle,omitempty"` // nvmlClocksEventReasons bits
	PerformanceState   *int64   `json:"pstate,omitempty"`   // 0 (fastest) to 15

	// PCIe and NVLink are nil unless Options ask for them.
	PCIeTxBytesPerSecond *float64 `json:"pcie_tx,omitempty"` // over 20 ms
	PCIeRxBytesPerSecond *float64 `json:"pcie_rx,omitempty"`
	NVLink               *NVLink  `json:"nvlink,omitempty"`

	// Health changes slowly: it is read once every Options.HealthInterval and nil in
	// between.
	Health *Health `json:"health,omitempty"`

	// XIDsWatched tells that the driver reports the Xids of this GPU.
	XIDsWatched bool `json:"xids_watched,omitempty"`

	// Processes is nil when the list could not be read, empty when nobody holds
	// memory.
	Processes []Process `json:"processes"`

	// Faults names each family of readings that failed this time, with NVML's
	// reason. What the card merely does not support is no fault.
	Faults map[string]string `json:"faults,omitempty"`
}

// NVLink holds counters over all links of a GPU.
type NVLink struct {
	TxBytes        *float64 `json:"tx,omitempty"` // payload only
	RxBytes        *float64 `json:"rx,omitempty"`
	CRCErrors      *int64   `json:"crc,omitempty"` // of flow control
	ReplayErrors   *int64   `json:"replay,omitempty"`
	RecoveryErrors *int64   `json:"recovery,omitempty"`
}

// Health is what tells of wear, faults and limits.
type Health struct {
	FanPercent *float64 `json:"fan,omitempty"` // of the highest speed, the fastest fan

	// The volatile counters begin anew when the driver is loaded, the aggregate ones
	// count over the life of the card.
	ECCCorrectedVolatile    *int64 `json:"ecc_cv,omitempty"`
	ECCUncorrectedVolatile  *int64 `json:"ecc_uv,omitempty"`
	ECCCorrectedAggregate   *int64 `json:"ecc_ca,omitempty"`
	ECCUncorrectedAggregate *int64 `json:"ecc_ua,omitempty"`

	RemappedRowsCorrected   *int64 `json:"rows_c,omitempty"`
	RemappedRowsUncorrected *int64 `json:"rows_u,omitempty"`
	RemappedRowsPending     *bool  `json:"rows_pending,omitempty"` // a reset will remap more
	RemappedRowsFailure     *bool  `json:"rows_failure,omitempty"` // a row could not be remapped

	// For how long each limit has kept the clocks down: counters in seconds
	// (nvmlDeviceGetViolationStatus).
	PowerViolationSeconds          *float64 `json:"v_power,omitempty"`
	ThermalViolationSeconds        *float64 `json:"v_thermal,omitempty"`
	SyncBoostViolationSeconds      *float64 `json:"v_sync,omitempty"`
	BoardLimitViolationSeconds     *float64 `json:"v_board,omitempty"`
	LowUtilizationViolationSeconds *float64 `json:"v_low,omitempty"`
	ReliabilityViolationSeconds    *float64 `json:"v_rel,omitempty"`
}
