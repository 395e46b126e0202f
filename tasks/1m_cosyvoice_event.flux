// cosyvoice_event in windows of a minute.
//
// At each run the windows since the last that is whole are computed from the raw points, so that
// nothing is missing after a time in which no task ran; and some before it, since points may come
// late. What comes later still is left to "cosyvoice repair cosyvoice_event".
//
// A window has what can be merged into larger ones: points_count, the number of raw points; of
// a reading its _sum, _count, _min, _max and _last, where _sum / _count is the mean; of a flag
// _sum and _count; of a counter its _increase; of a state the _seconds in it; of the bin of a
// histogram its _count.
import "array"
import "date"

option task = {name: "cosyvoice 1m cosyvoice_event", every: 1m, offset: 41s}

raw = "performance_monitor_events"
minutes = "performance_monitor_1m"
retention = 30d // of raw
late = 5m
atOnce = 6h // more is left to the next runs

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

// roll computes the windows from start to stop. They are put into one table before they are named
// and written: once for all series is half the work of once for each. Then no column may be dropped:
// that makes one list of columns for all series, with a tag that the first has not at its end, and
// to() writes tags in the order of columns, which makes another series of them.
roll = (every, tier, start, stop) => {
    points = (since=start) =>
        from(bucket: raw)
            |> range(start: since, stop: stop)
            |> filter(fn: (r) => r._measurement == "cosyvoice_event")
    windows = (tables=<-, fn) => tables |> aggregateWindow(every: every, fn: fn, createEmpty: false, timeSrc: "_start")

    marks = () => points() |> filter(fn: (r) => r._field == "message")
    before = marks() |> count() |> total()

    return
        marks()
            |> windows(fn: count)
            |> mark(
                tier: tier,
                before: before,
                stored: [],
            )
}
// timeOf is the time of the first row.
timeOf = (tables=<-, otherwise) => {
    times = tables |> findColumn(fn: (key) => true, column: "_time")

    return if length(arr: times) == 0 then otherwise else times[0]
}
earlier = (a, b) => if a < b then a else b

end = date.truncate(t: now(), unit: 1m)
oldest = date.truncate(t: date.sub(from: end, d: retention), unit: 1m)
done =
    from(bucket: minutes)
        |> range(start: oldest, stop: end)
        |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r._field == "points_count")
        |> group()
        |> last()
        |> timeOf(otherwise: oldest)
next =
    from(bucket: raw)
        |> range(start: date.add(d: 1m, to: done), stop: date.add(d: 1m, to: end))
        |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r._field == "message")
        |> group()
        |> first()
        |> timeOf(otherwise: done)
enough = date.truncate(t: date.add(d: atOnce, to: next), unit: 1m)

roll(every: 1m, tier: minutes, start: date.sub(d: late, from: done), stop: earlier(a: enough, b: end))
