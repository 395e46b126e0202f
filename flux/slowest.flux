// Which syntheses were the slowest, and what else is known of them? One row each, the slowest first.
//
// by: "duration_seconds", "rtf", "first_chunk_seconds" or another number of cosyvoice_synthesis
// n: how many
// fields: what else is told of each, such as /^(characters|rtf)$/, which is faster than all
// only: which series, such as (r) => r.host == "gpu-1"
// start, stop: a time, or a duration from now, up to 730 days ago
import "array"
import "date"
import "regexp"
import "strings"

by = "duration_seconds"
n = 10
fields = /./
only = (r) => true
start = -24h
stop = now()

events = "performance_monitor_events"

// Only the one field of all syntheses is read, and then the rest of those that are the slowest: of each by
// its time and by tags, so that the storage does not look into all series once for each.
told = (tag) => if exists tag then tag else ""
found =
    from(bucket: events)
        |> range(start: start, stop: stop)
        |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r._field == by)
        |> filter(fn: only)
        |> toFloat()
        |> group()
        |> top(n: n)
        |> map(fn: (r) => ({which: string(v: r._time) + "\n" + told(tag: r.host) + "\n" + told(tag: r.instance) + "\n" + told(tag: r.outcome)}))
        |> unique(column: "which")
        |> findColumn(fn: (key) => true, column: "which")
rest = (which) => {
    parts = strings.split(v: which, t: "\n")
    at = time(v: parts[0])
    is = (part) => regexp.compile(v: "^" + regexp.quoteMeta(v: part) + "$") // which fits a tag that is missing, too
    host = is(part: parts[1])
    instance = is(part: parts[2])
    outcome = is(part: parts[3])

    return
        from(bucket: events)
            |> range(start: at, stop: date.add(d: 1ns, to: at))
            |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and (r._field == by or r._field =~ fields))
            |> filter(fn: (r) => r.host =~ host and r.instance =~ instance and r.outcome =~ outcome)
            |> filter(fn: only)
            |> drop(columns: ["_start", "_stop", "_measurement"])
}

// union() takes two tables or more; of 1970 there are none.
nothing = "1970-01-01T00:00:00Z\n\n\n"
union(tables: array.map(arr: array.concat(arr: found, v: [nothing, nothing]), fn: (x) => rest(which: x)))
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> group()
    |> sort(columns: [by], desc: true)
    |> limit(n: n)
