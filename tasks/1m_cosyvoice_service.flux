// cosyvoice_service in windows of a minute.
//
// Each minute the whole minutes since ten before the one that was written last are computed from
// the raw points, so that what comes up to eight minutes late counts, and nothing is missed after
// a time in which no task ran. Whatever is computed twice is written over.
//
// Each window keeps what can be merged into larger ones: of a reading its _sum, _count, _min,
// _max and _last, where _sum / _count is the mean; of a flag _sum and _count; of a counter its
// _increase; of a state the _seconds in each.
import "date"

option task = {name: "cosyvoice 1m cosyvoice_service", every: 1m, offset: 23s}

raw = "performance_monitor"
tier = "performance_monitor_1m"
late = 10m
retention = 30d

stop = date.truncate(t: now(), unit: 1m)
oldest = date.truncate(t: date.sub(from: stop, d: retention), unit: 1m)

written =
    from(bucket: tier)
        |> range(start: oldest, stop: stop)
        |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r._field == "up_count")
        |> group()
        |> last()
        |> findColumn(fn: (key) => true, column: "_time")
start = if length(arr: written) == 0 then oldest else date.sub(from: written[0], d: late)

points = (from_) => from(bucket: raw) |> range(start: from_, stop: stop) |> filter(fn: (r) => r._measurement == "cosyvoice_service")
write = (statistic, tables=<-) =>
    tables
        |> map(fn: (r) => ({r with _field: r._field + statistic}))
        |> to(bucket: tier)

readings = () => points(from_: start) |> filter(fn: (r) =>
        r._field == "uptime_seconds" or
        r._field == "cpu_percent" or
        r._field == "cpu_max_percent" or
        r._field == "cpu_min_percent" or
        r._field == "memory_rss_bytes" or
        r._field == "memory_rss_max_bytes" or
        r._field == "memory_rss_min_bytes" or
        r._field == "gpu_memory_bytes" or
        r._field == "gpu_memory_max_bytes" or
        r._field == "gpu_sm_percent" or
        r._field == "connections" or
        r._field == "probe_seconds" or
        r._field == "cgroup_memory_bytes" or
        r._field == "cgroup_memory_limit_bytes" or
        r._field == "in_flight" or
        r._field == "in_flight_stuck" or
        r._field == "oldest_in_flight_seconds")

readings() |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start") |> write(statistic: "_sum")
readings() |> aggregateWindow(every: 1m, fn: count, createEmpty: false, timeSrc: "_start") |> write(statistic: "_count")
readings() |> aggregateWindow(every: 1m, fn: min, createEmpty: false, timeSrc: "_start") |> write(statistic: "_min")
readings() |> aggregateWindow(every: 1m, fn: max, createEmpty: false, timeSrc: "_start") |> write(statistic: "_max")
readings() |> aggregateWindow(every: 1m, fn: last, createEmpty: false, timeSrc: "_start") |> write(statistic: "_last")

flags = () => points(from_: start) |> filter(fn: (r) =>
        r._field == "up" or
        r._field == "ready" or
        r._field == "gpu_presumed")

flags() |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start") |> write(statistic: "_sum")
flags() |> aggregateWindow(every: 1m, fn: count, createEmpty: false, timeSrc: "_start") |> write(statistic: "_count")

// The point before the first window tells from where a counter grew, and since when a state
// was held. What lies further back than this is a gap, of which nothing is known.
gap = 90s

points(from_: date.sub(from: start, d: gap))
    |> filter(fn: (r) =>
        r._field == "cgroup_oom_kills_total")
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
