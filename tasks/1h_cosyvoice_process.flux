// cosyvoice_process in windows of an hour, from those of a minute.
//
// Each hour the windows since the last that is whole are computed, so that nothing is missing
// after a time in which no task ran; and one before it, since minutes may change after their
// hour. What changes later still is left to "cosyvoice repair cosyvoice_process".
//
// A window has what can be merged into larger ones: points_count, the number of raw points; of
// a reading its _sum, _count, _min, _max and _last, where _sum / _count is the mean; of a flag
// _sum and _count; of a counter its _increase; of a state the _seconds in it; of the bin of a
// histogram its _count.
import "array"
import "date"

option task = {name: "cosyvoice 1h cosyvoice_process", every: 1h, offset: 126s}

minutes = "performance_monitor_1m"
hours = "performance_monitor_1h"
retention = 90d // of the minutes
late = 1h
atOnce = 7d // more is left to the next runs

// store writes the windows of a statistic, and ends with one row when all are written.
store = (tables=<-, tier) =>
    tables
        |> to(bucket: tier)
        |> count()
        |> group()
        |> sum()
        |> map(fn: (r) => ({_value: 0}))

// mark writes how many points the windows were made of, after everything else: so a run that was
// cut off leaves windows that the next one computes. It writes nothing if points came since
// before, the number there was before any of them was read: the next run then does. Of several
// tables with other tags each, join would lose some.
mark = (tables=<-, stored, before, tier) => {
    count = tables |> group() |> sum() |> keep(columns: ["_value"])
    ready =
        union(tables: array.concat(arr: stored, v: [count, count |> map(fn: (r) => ({_value: 0}))]))
            |> sum()
            |> set(key: "all", value: "all")

    return
        join(tables: {mark: tables |> group() |> set(key: "all", value: "all"), ready: ready}, on: ["all"])
            |> filter(fn: (r) => r._value_ready == before)
            |> map(fn: (r) => ({r with _field: "points_count", _value: r._value_mark}))
            |> drop(columns: ["all", "_value_mark", "_value_ready"])
            |> to(bucket: tier)
}

// total is the sum of all rows.
total = (tables=<-) => {
    sums = tables |> group() |> sum() |> findColumn(fn: (key) => true, column: "_value")

    return if length(arr: sums) == 0 then 0 else sums[0]
}

// timeOf is the time of the first row.
timeOf = (tables=<-, otherwise) => {
    times = tables |> findColumn(fn: (key) => true, column: "_time")

    return if length(arr: times) == 0 then otherwise else times[0]
}
earlier = (a, b) => if a < b then a else b

end = date.truncate(t: now(), unit: 1h)
oldest = date.truncate(t: date.sub(from: end, d: retention), unit: 1h)
done =
    from(bucket: hours)
        |> range(start: oldest, stop: end)
        |> filter(fn: (r) => r._measurement == "cosyvoice_process" and r._field == "points_count")
        |> group()
        |> last()
        |> timeOf(otherwise: oldest)
next =
    from(bucket: minutes)
        |> range(start: date.add(d: 1h, to: done), stop: date.add(d: 1h, to: end))
        |> filter(fn: (r) => r._measurement == "cosyvoice_process" and r._field == "points_count")
        |> group()
        |> first()
        |> timeOf(otherwise: done)
enough = date.truncate(t: date.add(d: atOnce, to: next), unit: 1h)
start = date.sub(d: late, from: done)
stop = earlier(a: enough, b: end)

points = () =>
    from(bucket: minutes)
        |> range(start: start, stop: stop)
        |> filter(fn: (r) => r._measurement == "cosyvoice_process")
windows = (tables=<-, fn) => tables |> aggregateWindow(every: 1h, fn: fn, createEmpty: false, timeSrc: "_start")

marks = () => points() |> filter(fn: (r) => r._field == "points_count")
before = marks() |> sum() |> total()

sums =
    points()
        |> filter(fn: (r) => r._field != "points_count" and r._field =~ /_(sum|count|increase|seconds)$/)
        |> windows(fn: sum)
        |> store(tier: hours)
lowest = points() |> filter(fn: (r) => r._field =~ /_min$/) |> windows(fn: min) |> store(tier: hours)
highest = points() |> filter(fn: (r) => r._field =~ /_max$/) |> windows(fn: max) |> store(tier: hours)
newest = points() |> filter(fn: (r) => r._field =~ /_last$/) |> windows(fn: last) |> store(tier: hours)

marks() |> windows(fn: sum) |> mark(tier: hours, before: before, stored: [sums, lowest, highest, newest])
