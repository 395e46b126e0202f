// Which syntheses were the slowest, and what else is known of them? One row each, the slowest first.
//
// by: "duration_seconds", "rtf", "first_chunk_seconds" or another number of cosyvoice_synthesis
// n: how many
// fields: what else is told of each, such as /^(characters|rtf)$/, which is faster than all
// only: which series, such as (r) => r.host == "gpu-1"
// start, stop: a time, or a duration from now, up to 730 days ago
import "array"
import "date"

by = "duration_seconds"
n = 10
fields = /./
only = (r) => true
start = -24h
stop = now()

events = "performance_monitor_events"

// Only the one field of all syntheses is read, and then the rest of those that are the slowest.
times =
    from(bucket: events)
        |> range(start: start, stop: stop)
        |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == by)
        |> filter(fn: only)
        |> toFloat()
        |> group()
        |> top(n: n)
        |> unique(column: "_time")
        |> findColumn(fn: (key) => true, column: "_time")
at = (t) =>
    from(bucket: events)
        |> range(start: t, stop: date.add(d: 1ns, to: t))
        |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and (r._field == by or r._field =~ fields))
        |> filter(fn: only)
        |> drop(columns: ["_start", "_stop", "_measurement"])

// union() takes two tables or more; of 1970 there are none.
nothing = 1970-01-01T00:00:00Z
union(tables: array.map(arr: array.concat(arr: times, v: [nothing, nothing]), fn: (x) => at(t: x)))
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: [by], desc: true)
    |> limit(n: n)
