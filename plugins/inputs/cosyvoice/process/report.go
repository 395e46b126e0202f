package process

import (
	"net/netip"
	"time"
)

// Report is what one tick found. A nil pointer means not known, which is not
// the same as zero.
type Report struct {
	Host     Host
	Services []Service
	// Events are those since the last report, oldest first.
	Events []Event
	Scan   Scan
	// OwnersUnknown tells that NVML lists processes by ids that cannot be seen from
	// here, and that there is nobody who alone could own them: what a server holds
	// cannot be told.
	OwnersUnknown bool

	judged   map[int]bool  // NVML's process ids that were looked into; nil for all
	owners   map[int]Owner // by NVML's process id
	presumed *Owner        // of processes that are not among owners
}

// Host is the machine as a whole.
type Host struct {
	// CPUUsagePercent is the mean since the last tick, 100 for all cores busy.
	CPUUsagePercent *float64
	// MemoryUsedMiB is MemTotal less MemAvailable: what programs could not get
	// without swapping. Page cache that can be dropped is not counted.
	MemoryUsedMiB  *float64
	MemoryTotalMiB *float64
	Load1          *float64
}

// Service is one server. When it is dead, only Instance, Version, Up, Ready and
// State are set, and once the samples up to its death.
type Service struct {
	Instance string
	// Version is the configured one, else the short hash of the checkout's
	// HEAD, else the generation of the model, for example CosyVoice3; empty if
	// none of them can be seen.
	Version string
	Up      bool
	// Ready is whether the last check succeeded; see State.
	Ready         *bool
	State         State
	PID           int
	StartTime     time.Time
	UptimeSeconds *float64

	// CPUPercent is that of all processes of the server, 100 for one core. The
	// plain one is the mean since the last tick, the extremes are of the
	// samples since then.
	CPUPercent    *float64
	CPUMaxPercent *float64
	CPUMinPercent *float64

	// RSSBytes is the sum over the processes, so pages that they share are
	// counted once for each.
	RSSBytes    *uint64
	RSSMaxBytes *uint64
	RSSMinBytes *uint64

	// Samples are those of the seconds since the last tick, oldest first.
	Samples []Sample

	// Connections are those established to its port, in its own network
	// namespace, a probe under way included.
	Connections *int
	// ProbeSeconds is set by a probe that was answered since the last tick.
	ProbeSeconds *float64

	// Metrics is where a Triton server that may be probed gives its metrics.
	Metrics netip.AddrPort

	// Cgroup readings are those of the main process's cgroup. A limit is the
	// lowest from there up to the root, nil if there is none. The kills of the
	// kernel's out of memory killer count since the cgroup was made.
	CgroupMemoryBytes      *uint64
	CgroupMemoryLimitBytes *uint64
	CgroupOOMKills         *uint64
	// CgroupCPULimitPercent is 100 for one core. The throttled seconds are those
	// in which the limit held its cgroup back, summed over the CPUs, since that
	// was made.
	CgroupCPULimitPercent     *float64
	CgroupCPUThrottledSeconds *float64

	Roles []Role
	// PIDs are all processes of the server, in ascending order.
	PIDs []int
}

// RoleName tells what part the processes of a server play.
type RoleName string

// The roles of a server's processes.
const (
	RoleMain   RoleName = "main"   // the server itself
	RoleEngine RoleName = "engine" // the language model's own: vLLM, SGLang, trtllm-serve
	RoleStub   RoleName = "stub"   // Triton's Python backend, one a model instance
	RoleWorker RoleName = "worker" // other Python children
	RoleHelper RoleName = "helper" // anything else, such as ffmpeg
)

// Role is the sum of a server's processes that play one part.
type Role struct {
	Name  RoleName
	Count int
	PIDs  []int
	// PID and StartTime are those of the oldest process.
	PID       int
	StartTime time.Time

	CPUPercent *float64
	RSSBytes   *uint64
	// PSSBytes counts a shared page in parts. It is slow to read, so it is set
	// only on the tick that follows a reading, about every five minutes.
	PSSBytes             *uint64
	Threads              *int
	HottestThreadPercent *float64
	// CPUWaitSecondsTotal is time in which a thread could run but had no CPU.
	CPUWaitSecondsTotal *float64
	// ContextSwitchesTotal counts the times that a thread was given a CPU.
	ContextSwitchesTotal *uint64
	FDs                  *int
	// IO counts bytes that reached the storage layer.
	IOReadBytesTotal  *uint64
	IOWriteBytesTotal *uint64
}

// Scan tells what a tick did to find the servers.
type Scan struct {
	Processes int // alive on the host
	Examined  int // read because they are new or were due for another look
	Seconds   float64
	// Partial tells that not every process was looked at yet, which on a crowded host
	// takes more than the first tick; see FinishLook. No server is known before.
	Partial bool
}
