// cosyvoice_process: computes anew the windows that do not hold all of their raw points.
//
// What a Telegraf held back while it could not reach InfluxDB may come hours after its windows
// were computed. The hours in which the tiers counted other than there are raw points are
// computed from these, a few at each run, and with them what follows: the first point after
// them has another before it. Points that were deleted stay in the windows of a minute.
import "array"
import "date"
import "regexp"
import "strings"
import "system"
import "types"

option task = {name: "cosyvoice repair cosyvoice_process", every: 10m, offset: 306s}

raw = "performance_monitor"
minutes = "performance_monitor_1m"
hours = "performance_monitor_1h"
retention = 30d // of raw
atOnce = 6h // more is left to the next runs
gap = 90s // between two points: of a longer time nothing is known

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

// misfits is a pattern of the fields of which the first or the last value is of neither type:
// they are left out, so that they stop nothing else.
misfits = (first, last, type, other) => {
    names = (tables) =>
        tables
            |> filter(fn: (r) => not types.isType(v: r._value, type: type) and not types.isType(v: r._value, type: other))
            |> keep(columns: ["_field"])
            |> group()
            |> distinct(column: "_field")
            |> findColumn(fn: (key) => true, column: "_value")

    return regexp.compile(v: "^(" + strings.joinStr(arr: array.concat(arr: names(tables: first), v: names(tables: last)), v: "|") + ")$")
}

// roll computes the windows from start to stop. They are put into one table before they are named
// and written: once for all series is half the work of once for each. Then no column may be dropped:
// that makes one list of columns for all series, with a tag that the first has not at its end, and
// to() writes tags in the order of columns, which makes another series of them.
roll = (every, tier, start, stop) => {
    points = (since=start) =>
        from(bucket: raw)
            |> range(start: since, stop: stop)
            |> filter(fn: (r) => r._measurement == "cosyvoice_process")
    windows = (tables=<-, fn) => tables |> aggregateWindow(every: every, fn: fn, createEmpty: false, timeSrc: "_start")

    marks = () => points() |> filter(fn: (r) => r._field == "count")
    before = marks() |> count() |> total()

    allReadings = () =>
        points()
            |> filter(
                fn: (r) =>
                    r._field == "count" or
                    r._field == "cpu_percent" or
                    r._field == "hottest_thread_percent" or
                    r._field == "threads" or
                    r._field == "fds" or
                    r._field == "memory_rss_bytes" or
                    r._field == "memory_pss_bytes" or
                    r._field == "gpu_memory_bytes" or
                    r._field == "gpu_sm_percent",
            )
    oddReadings = misfits(first: allReadings() |> first(), last: allReadings() |> last(), type: "float", other: "float")
    readings = () => allReadings() |> filter(fn: (r) => r._field !~ oddReadings)

    counts =
        readings()
            |> windows(fn: count)
            |> group()
            |> map(fn: (r) => ({r with _field: r._field + "_count"}))
            |> store(tier: tier)
    sums =
        readings()
            |> windows(fn: sum)
            |> group()
            |> map(fn: (r) => ({r with _field: r._field + "_sum"}))
            |> store(tier: tier)
    lowest =
        readings()
            |> windows(fn: min)
            |> group()
            |> map(fn: (r) => ({r with _field: r._field + "_min"}))
            |> store(tier: tier)
    highest =
        readings()
            |> windows(fn: max)
            |> group()
            |> map(fn: (r) => ({r with _field: r._field + "_max"}))
            |> store(tier: tier)
    newest =
        readings()
            |> windows(fn: last)
            |> group()
            |> map(fn: (r) => ({r with _field: r._field + "_last"}))
            |> store(tier: tier)

    // The point before the first window tells from where a counter grew. A counter that fell
    // began anew at zero.
    allCounters = () =>
        points(since: date.sub(from: start, d: gap))
            |> filter(
                fn: (r) =>
                    r._field == "cpu_wait_seconds_total" or
                    r._field == "context_switches_total" or
                    r._field == "io_read_bytes_total" or
                    r._field == "io_write_bytes_total",
            )
    oddCounters = misfits(first: allCounters() |> first(), last: allCounters() |> last(), type: "float", other: "int")
    increases =
        allCounters()
            |> filter(fn: (r) => r._field !~ oddCounters)
            |> difference(nonNegative: true, initialZero: true, keepFirst: true)
            |> elapsed(unit: 1ns)
            |> range(start: start, stop: stop)
            |> filter(fn: (r) => r.elapsed <= int(v: gap))
            |> windows(fn: sum)
            |> toFloat()
            |> group()
            |> map(fn: (r) => ({r with _field: r._field + "_increase"}))
            |> store(tier: tier)

    return
        marks()
            |> windows(fn: count)
            |> mark(
                tier: tier,
                before: before,
                stored: [counts, sums, lowest, highest, newest, increases],
            )
}

end = date.truncate(t: now(), unit: 1h)
oldest = date.truncate(t: date.sub(from: end, d: retention), unit: 1h)

points = (bucket, field, start=oldest, stop=end) =>
    from(bucket: bucket)
        |> range(start: start, stop: stop)
        |> filter(fn: (r) => r._measurement == "cosyvoice_process" and r._field == field)

// The tasks of the tiers have yet to come to what is newer than this. In a run for an earlier
// time, now() is that time.
present = system.time()
newest = (tier) => points(bucket: tier, field: "points_count", stop: present) |> group() |> last() |> timeOf(otherwise: oldest)
newestHour = newest(tier: hours)
waiting =
    points(bucket: raw, field: "count", start: date.add(d: 1m, to: newest(tier: minutes)), stop: date.add(d: 1m, to: present))
        |> group()
        |> first()
        |> timeOf(otherwise: present)
wholeHours = date.truncate(t: waiting, unit: 1h)

perHour = (tables=<-, fn, of) =>
    tables
        |> aggregateWindow(every: 1h, fn: fn, createEmpty: false, timeSrc: "_start")
        |> group(columns: ["_time"])
        |> sum()
        |> set(key: "of", value: of)
differing =
    union(
        tables: [
            points(bucket: raw, field: "count") |> perHour(fn: count, of: "raw"),
            points(bucket: minutes, field: "points_count") |> perHour(fn: sum, of: "minutes"),
            points(bucket: hours, field: "points_count") |> perHour(fn: sum, of: "hours"),
        ],
    )
        |> group()
        |> pivot(rowKey: ["_time"], columnKey: ["of"], valueColumn: "_value")
        |> filter(
            fn: (r) =>
                r._time < wholeHours and exists r.raw and (
                        not exists r.minutes or r.minutes < r.raw
                        or
                        r._time <= newestHour and (not exists r.hours or r.hours != r.raw)
                ),
        )
        |> sort(columns: ["_time"])
        |> findColumn(fn: (key) => true, column: "_time")

array.from(rows: [{hours: length(arr: differing)}]) |> yield(name: "differing")

// The newest hours come first. Of the older ones each run takes another, so that one that cannot
// be repaired stops no other. With none it looks where nothing is.
latest = date.sub(d: atOnce, from: end)
new = array.filter(arr: differing, fn: (x) => x >= latest)
any = length(arr: differing) > 0
start =
    if length(arr: new) > 0 then
        new[0]
    else if any then
        differing[int(v: now()) / int(v: 10m) % length(arr: differing)]
    else
        2200-01-01T00:00:00Z
stop = if any then earlier(a: date.add(d: atOnce, to: start), b: earlier(a: end, b: wholeHours)) else 2200-01-01T01:00:00Z
afterGap = date.truncate(t: date.add(d: gap, to: date.add(d: 1m, to: stop)), unit: 1m)
afterHour = date.add(d: 1h, to: stop)

roll(every: 1m, tier: minutes, start: start, stop: if any then earlier(a: afterGap, b: date.truncate(t: waiting, unit: 1m)) else stop)
roll(every: 1h, tier: hours, start: start, stop: if any then earlier(a: afterHour, b: wholeHours) else stop)
