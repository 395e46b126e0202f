// cosyvoice_process in windows of a minute.
//
// Each minute the whole minutes since ten before the one that was written last are computed from
// the raw points, so that what comes up to eight minutes late counts, and nothing is missed after
// a time in which no task ran. Whatever is computed twice is written over.
//
// Each window keeps what can be merged into larger ones: of a reading its _sum, _count, _min,
// _max and _last, where _sum / _count is the mean; of a flag _sum and _count; of a counter its
// _increase; of a state the _seconds in each.
import "date"

option task = {name: "cosyvoice 1m cosyvoice_process", every: 1m, offset: 26s}

raw = "performance_monitor"
tier = "performance_monitor_1m"
late = 10m
retention = 30d

stop = date.truncate(t: now(), unit: 1m)
oldest = date.truncate(t: date.sub(from: stop, d: retention), unit: 1m)

written =
    from(bucket: tier)
        |> range(start: oldest, stop: stop)
        |> filter(fn: (r) => r._measurement == "cosyvoice_process" and r._field == "count_count")
        |> group()
        |> last()
        |> findColumn(fn: (key) => true, column: "_time")
start = if length(arr: written) == 0 then oldest else date.sub(from: written[0], d: late)

points = (from_) => from(bucket: raw) |> range(start: from_, stop: stop) |> filter(fn: (r) => r._measurement == "cosyvoice_process")
write = (statistic, tables=<-) =>
    tables
        |> map(fn: (r) => ({r with _field: r._field + statistic}))
        |> to(bucket: tier)

readings = () => points(from_: start) |> filter(fn: (r) =>
        r._field == "count" or
        r._field == "cpu_percent" or
        r._field == "hottest_thread_percent" or
        r._field == "threads" or
        r._field == "fds" or
        r._field == "memory_rss_bytes" or
        r._field == "memory_pss_bytes" or
        r._field == "gpu_memory_bytes" or
        r._field == "gpu_sm_percent")

readings() |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start") |> write(statistic: "_sum")
readings() |> aggregateWindow(every: 1m, fn: count, createEmpty: false, timeSrc: "_start") |> write(statistic: "_count")
readings() |> aggregateWindow(every: 1m, fn: min, createEmpty: false, timeSrc: "_start") |> write(statistic: "_min")
readings() |> aggregateWindow(every: 1m, fn: max, createEmpty: false, timeSrc: "_start") |> write(statistic: "_max")
readings() |> aggregateWindow(every: 1m, fn: last, createEmpty: false, timeSrc: "_start") |> write(statistic: "_last")

// The point before the first window tells from where a counter grew, and since when a state
// was held. What lies further back than this is a gap, of which nothing is known.
gap = 90s

points(from_: date.sub(from: start, d: gap))
    |> filter(fn: (r) =>
        r._field == "cpu_wait_seconds_total" or
        r._field == "context_switches_total" or
        r._field == "io_read_bytes_total" or
        r._field == "io_write_bytes_total")
    |> map(fn: (r) => ({r with _value: float(v: r._value), elapsed: int(v: r._time)}))
    |> difference(columns: ["_value", "elapsed"], nonNegative: true, initialZero: true)
    |> range(start: start, stop: stop)
    |> filter(fn: (r) => r.elapsed <= int(v: gap))
    |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start")
    |> write(statistic: "_increase")
