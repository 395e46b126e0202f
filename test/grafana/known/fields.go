package known

import (
	"hash/fnv"
	"math"
	"time"
)

// between are the lowest and the highest value of readings.
type between [2]float64

// perSecond is by how much counters grow.
type perSecond float64

// The readings of one thing at a tick. The names of all that changes with time stand here, and nowhere
// else in the tests: a name that no longer exists in the product gives a panel without data.
var (
	hostReadings = map[string]between{
		"cpu_usage_percent": {5, 95}, "memory_used_mb": {8000, 30000}, "load1": {0, 16},
		"gpu_utilization_percent": {0, 100}, "gpu_temperature_c": {35, 88},
		"gpu_memory_used_mb": {9000, 20000}, "gpu_memory_used_max_mb": {20000, 23000}, "gpu_memory_used_percent": {36, 94},
	}
	cardReadings = map[string]between{
		"utilization_percent": {0, 90}, "utilization_max_percent": {90, 100}, "memory_utilization_percent": {0, 70}, "encoder_utilization_percent": {0, 5},
		"memory_used_bytes": {9e9, 20e9}, "memory_used_max_bytes": {20e9, 24e9}, "memory_used_min_bytes": {8e9, 9e9}, "memory_free_bytes": {1e9, 5e9},
		"memory_reserved_bytes": {3e8, 4e8}, "memory_service_bytes": {6e9, 12e9}, "memory_other_bytes": {1e9, 3e9}, "memory_unowned_bytes": {1e7, 9e7},
		"temperature_c": {35, 88}, "memory_temperature_c": {40, 95}, "power_w": {60, 320}, "clock_sm_hz": {9e8, 2.5e9}, "clock_memory_hz": {5e9, 1e10},
		"fan_percent": {20, 100}, "pcie_tx_bytes_per_second": {0, 1e9}, "pcie_rx_bytes_per_second": {0, 2e9},
	}
	cardNumbers  = map[string]between{"processes": {1, 6}, "performance_state": {0, 8}}
	cardCounters = map[string]perSecond{
		"energy_joules": 180, "violation_power_seconds_total": 0.05, "violation_thermal_seconds_total": 0.03, "violation_sync_boost_seconds_total": 0.01,
		"violation_board_limit_seconds_total": 0.01, "violation_low_utilization_seconds_total": 0.2, "violation_reliability_seconds_total": 0.01,
		"nvlink_tx_bytes_total": 1e6, "nvlink_rx_bytes_total": 2e6,
	}
	cardCounts = map[string]perSecond{
		"xids_total": 0.0004, "ecc_corrected_volatile_total": 0.01, "ecc_uncorrected_volatile_total": 0.001, "ecc_corrected_aggregate_total": 0.01,
		"ecc_uncorrected_aggregate_total": 0.001, "remapped_rows_corrected_total": 0.0003, "remapped_rows_uncorrected_total": 0.0002,
		"nvlink_crc_errors_total": 0.002, "nvlink_replay_errors_total": 0.001, "nvlink_recovery_errors_total": 0.001,
	}
	cardFlags = map[string]float64{
		"throttle_thermal": 0.2, "throttle_power": 0.3, "throttle_hw_slowdown": 0.1, "remapped_rows_pending": 0.1, "remapped_rows_failure": 0.05,
	}
	serverReadings = map[string]between{
		"cpu_percent": {20, 400}, "cpu_max_percent": {400, 800}, "cpu_min_percent": {0, 20},
		"memory_rss_bytes": {4e9, 8e9}, "memory_rss_max_bytes": {8e9, 9e9}, "memory_rss_min_bytes": {3e9, 4e9},
		"gpu_memory_bytes": {6e9, 12e9}, "gpu_memory_max_bytes": {12e9, 14e9}, "gpu_sm_percent": {0, 95}, "connections": {0, 30}, "probe_seconds": {0.001, 0.2},
		"in_flight": {0, 12}, "in_flight_stuck": {0, 2}, "oldest_in_flight_seconds": {0, 90},
	}
	groupReadings = map[string]between{"cgroup_memory_bytes": {5e9, 9e9}}
	groupCounters = map[string]perSecond{"cgroup_cpu_throttled_seconds_total": 0.15}
	groupCounts   = map[string]perSecond{"cgroup_oom_kills_total": 0.0002}
	roleReadings  = map[string]between{
		"count": {1, 4}, "cpu_percent": {10, 300}, "hottest_thread_percent": {5, 100}, "threads": {20, 90}, "fds": {30, 900}, "memory_rss_bytes": {2e9, 6e9},
		"memory_pss_bytes": {1e9, 2e9}, "gpu_memory_bytes": {3e9, 9e9}, "gpu_sm_percent": {0, 80},
	}
	roleCounters  = map[string]perSecond{"cpu_wait_seconds_total": 0.04}
	roleCounts    = map[string]perSecond{"context_switches_total": 900, "io_read_bytes_total": 5e5, "io_write_bytes_total": 3e4}
	modelReadings = map[string]between{"pending": {0, 9}}
	modelCounters = map[string]perSecond{"request_seconds_total": 0.5, "queue_seconds_total": 0.1, "compute_seconds_total": 0.4}
	modelCounts   = map[string]perSecond{
		"requests_success_total": 0.1, "requests_failure_total": 0.02, "requests_rejected_total": 0.01, "requests_canceled_total": 0.005,
	}
	agentReadings = map[string]map[string]between{
		"plugin":  {"seconds": {0.01, 0.2}, "memory_rss_bytes": {1e7, 3e7}},
		"gpu":     {"seconds": {0.001, 0.1}, "memory_rss_bytes": {1e7, 2e7}, "nvml_stuck_seconds": {0, 2}},
		"process": {"seconds": {0.001, 0.1}, "processes": {100, 300}, "processes_examined": {2, 9}},
		"log":     {"seconds": {0.001, 0.05}, "log_files": {1, 3}, "log_lag_bytes": {0, 4000}},
	}
	agentCounters = map[string]map[string]perSecond{"plugin": {"cpu_seconds_total": 0.002}, "gpu": {"cpu_seconds_total": 0.004}}
	agentCounts   = map[string]map[string]perSecond{
		"plugin": {"points_written_total": 3, "points_dropped_total": 0.01, "points_invalid_total": 0.004, "fields_invalid_total": 0.003, "ticks_skipped_total": 0.002},
		"gpu":    {"nvml_restarts_total": 0.0003},
		"log": {
			"log_bytes_total": 4000, "log_skipped_bytes_total": 10, "log_rotations_total": 0.0005, "log_lines_total": 40, "log_lines_understood_total": 38,
			"log_lines_suspicious_total": 0.01, "outputs_invalid_total": 0.001, "log_errors_dropped_total": 0.001, "yields_total": 2, "yields_inferred_total": 0.1,
			"yields_unseen_total": 0.01, "reports_total": 0.2, "reports_invalid_total": 0.002, "reports_lost_total": 0.001,
		},
	}
	synthesisReadings = map[string]between{
		"wait_seconds": {0, 2}, "gap_seconds": {0, 3}, "first_chunk_audio_seconds": {0.4, 2}, "characters_per_audio_second": {2, 9},
		"concurrency_mean": {1, 6}, "concurrency_max": {6, 9}, "gpu_memory_start_bytes": {6e9, 9e9}, "gpu_memory_peak_bytes": {9e9, 14e9}, "gpu_memory_end_bytes": {6e9, 9e9},
		"gpu_memory_change_bytes": {-1e8, 1e8}, "gpu_utilization_percent": {10, 99}, "clock_sm_hz": {9e8, 2.5e9}, "service_cpu_percent": {50, 400}, "host_cpu_percent": {5, 90},
		"torch_allocated_bytes": {3e9, 5e9}, "torch_reserved_bytes": {5e9, 7e9}, "torch_peak_bytes": {5e9, 6e9},
	}
	synthesisNumbers = map[string]between{"chunks": {1, 20}, "segments": {1, 5}, "characters": {5, 300}, "yields_inferred": {0, 3}, "torch_retries": {0, 2}}
	synthesisFlags   = map[string]float64{"playback_stalled": 0.15, "warm_up": 0.05}
	flightReadings   = map[string]between{
		"gpu_memory_bytes": {9e9, 24e9}, "gpu_utilization_percent": {0, 100}, "clock_sm_hz": {9e8, 2.5e9}, "cpu_percent": {20, 400}, "memory_rss_bytes": {4e9, 8e9},
		"host_cpu_percent": {5, 95}, "in_flight": {0, 12},
	}
)

// share is a number from 0 to below 1 that is always the same for a name and a time.
func share(name string, at time.Time) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	x := h.Sum64() ^ uint64(at.UnixNano())
	for range 2 { // as splitmix64 mixes
		x += 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return float64(x>>11) / (1 << 53)
}

// figures adds what a thing says of itself.
type figures struct {
	series string
	at     time.Time
	since  time.Time // when its counters began
	fields map[string]any
}

func (f figures) readings(all map[string]between) {
	for name, b := range all {
		f.fields[name] = b[0] + (b[1]-b[0])*share(f.series+name, f.at)
	}
}

func (f figures) numbers(all map[string]between) {
	for name, b := range all {
		f.fields[name] = int(b[0] + (b[1]-b[0]+1)*share(f.series+name, f.at))
	}
}

func (f figures) flags(all map[string]float64) {
	for name, often := range all {
		f.fields[name] = 0
		if share(f.series+name, f.at) < often {
			f.fields[name] = 1
		}
	}
}

// counters grow unevenly.
func (f figures) counters(all map[string]perSecond) {
	for name, rate := range all {
		f.fields[name] = f.grown(name, rate)
	}
}

func (f figures) counts(all map[string]perSecond) {
	for name, rate := range all {
		f.fields[name] = int(f.grown(name, rate))
	}
}

func (f figures) grown(name string, rate perSecond) float64 {
	s := f.at.Sub(f.since).Seconds()
	return float64(rate) * (1 + share(f.series+name, time.Time{})) * (s + 300*(1+math.Sin(s/700)))
}
