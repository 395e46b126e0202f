// cosyvoice_gpu in windows of a minute.
//
// Each minute the whole minutes since ten before the one that was written last are computed from
// the raw points, so that what comes up to eight minutes late counts, and nothing is missed after
// a time in which no task ran. Whatever is computed twice is written over.
//
// Each window keeps what can be merged into larger ones: of a reading its _sum, _count, _min,
// _max and _last, where _sum / _count is the mean; of a flag _sum and _count; of a counter its
// _increase; of a state the _seconds in each.
import "date"

option task = {name: "cosyvoice 1m cosyvoice_gpu", every: 1m, offset: 29s}

raw = "performance_monitor"
tier = "performance_monitor_1m"
late = 10m
retention = 30d

stop = date.truncate(t: now(), unit: 1m)
oldest = date.truncate(t: date.sub(from: stop, d: retention), unit: 1m)

written =
    from(bucket: tier)
        |> range(start: oldest, stop: stop)
        |> filter(fn: (r) => r._measurement == "cosyvoice_gpu" and r._field == "memory_used_bytes_count")
        |> group()
        |> last()
        |> findColumn(fn: (key) => true, column: "_time")
start = if length(arr: written) == 0 then oldest else date.sub(from: written[0], d: late)

points = (from_) => from(bucket: raw) |> range(start: from_, stop: stop) |> filter(fn: (r) => r._measurement == "cosyvoice_gpu")
write = (statistic, tables=<-) =>
    tables
        |> map(fn: (r) => ({r with _field: r._field + statistic}))
        |> to(bucket: tier)

readings = () => points(from_: start) |> filter(fn: (r) =>
        r._field == "utilization_percent" or
        r._field == "utilization_max_percent" or
        r._field == "memory_utilization_percent" or
        r._field == "encoder_utilization_percent" or
        r._field == "memory_used_bytes" or
        r._field == "memory_used_max_bytes" or
        r._field == "memory_used_min_bytes" or
        r._field == "memory_free_bytes" or
        r._field == "memory_reserved_bytes" or
        r._field == "memory_total_bytes" or
        r._field == "memory_service_bytes" or
        r._field == "memory_other_bytes" or
        r._field == "memory_unowned_bytes" or
        r._field == "processes" or
        r._field == "temperature_c" or
        r._field == "memory_temperature_c" or
        r._field == "power_w" or
        r._field == "power_limit_w" or
        r._field == "clock_sm_hz" or
        r._field == "clock_memory_hz" or
        r._field == "performance_state" or
        r._field == "fan_percent" or
        r._field == "pcie_tx_bytes_per_second" or
        r._field == "pcie_rx_bytes_per_second")

readings() |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start") |> write(statistic: "_sum")
readings() |> aggregateWindow(every: 1m, fn: count, createEmpty: false, timeSrc: "_start") |> write(statistic: "_count")
readings() |> aggregateWindow(every: 1m, fn: min, createEmpty: false, timeSrc: "_start") |> write(statistic: "_min")
readings() |> aggregateWindow(every: 1m, fn: max, createEmpty: false, timeSrc: "_start") |> write(statistic: "_max")
readings() |> aggregateWindow(every: 1m, fn: last, createEmpty: false, timeSrc: "_start") |> write(statistic: "_last")

flags = () => points(from_: start) |> filter(fn: (r) =>
        r._field == "throttle_thermal" or
        r._field == "throttle_power" or
        r._field == "throttle_hw_slowdown" or
        r._field == "remapped_rows_pending" or
        r._field == "remapped_rows_failure")

flags() |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start") |> write(statistic: "_sum")
flags() |> aggregateWindow(every: 1m, fn: count, createEmpty: false, timeSrc: "_start") |> write(statistic: "_count")

// The point before the first window tells from where a counter grew, and since when a state
// was held. What lies further back than this is a gap, of which nothing is known.
gap = 90s

points(from_: date.sub(from: start, d: gap))
    |> filter(fn: (r) =>
        r._field == "energy_joules" or
        r._field == "xids_total" or
        r._field == "ecc_corrected_volatile_total" or
        r._field == "ecc_uncorrected_volatile_total" or
        r._field == "ecc_corrected_aggregate_total" or
        r._field == "ecc_uncorrected_aggregate_total" or
        r._field == "remapped_rows_corrected_total" or
        r._field == "remapped_rows_uncorrected_total" or
        r._field == "violation_power_seconds_total" or
        r._field == "violation_thermal_seconds_total" or
        r._field == "violation_sync_boost_seconds_total" or
        r._field == "violation_board_limit_seconds_total" or
        r._field == "violation_low_utilization_seconds_total" or
        r._field == "violation_reliability_seconds_total" or
        r._field == "nvlink_tx_bytes_total" or
        r._field == "nvlink_rx_bytes_total" or
        r._field == "nvlink_crc_errors_total" or
        r._field == "nvlink_replay_errors_total" or
        r._field == "nvlink_recovery_errors_total")
    |> map(fn: (r) => ({r with _value: float(v: r._value), elapsed: int(v: r._time)}))
    |> difference(columns: ["_value", "elapsed"], nonNegative: true, initialZero: true)
    |> range(start: start, stop: stop)
    |> filter(fn: (r) => r.elapsed <= int(v: gap))
    |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start")
    |> write(statistic: "_increase")

points(from_: date.sub(from: start, d: gap))
    |> filter(fn: (r) =>
        r._field == "state")
    |> map(fn: (r) => ({r with elapsed: int(v: r._time)}))
    |> difference(columns: ["elapsed"])
    |> range(start: start, stop: stop)
    |> filter(fn: (r) => r.elapsed <= int(v: gap))
    |> map(fn: (r) => ({r with state: r._value, _value: float(v: r.elapsed) / 1000000000.0}))
    |> drop(columns: ["elapsed"])
    |> group(columns: ["_time", "_value"], mode: "except")
    |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start")
    |> map(fn: (r) => ({r with _field: r._field + "_" + r.state}))
    |> drop(columns: ["state"])
    |> write(statistic: "_seconds")
