// How did a reading go? Its mean, lowest and highest value in each window, for each series.
//
// measurement, field: any gauge that the plugin writes
// only: which series, such as (r) => r.host == "gpu-1"
// start, stop: a time, or a duration from now
// window: at least 1m where minutes are read, 1h where hours are
import "date"

measurement = "cosyvoice_gpu"
field = "temperature_c"
only = (r) => true
start = -24h
stop = now()
window = 10m

// The buckets: the windows in them, how long they are kept, and how long a time is read from them.
raw = {name: "performance_monitor", unit: 1s, kept: 30d, upTo: 6h}
minutes = {name: "performance_monitor_1m", unit: 1m, kept: 90d, upTo: 7d}
hours = {name: "performance_monitor_1h", unit: 1h, kept: 730d, upTo: 730d}

// The first of them that keeps the start and suits the span is read, and so is what its task has not
// come to yet; of windows of whole hours the minutes tell no more than the hours. The first and the last
// window are read whole.
since = date.time(t: start)
until = date.time(t: stop)
fits = (tier, from) => int(v: until) - int(v: from) <= int(v: tier.upTo) and int(v: now()) - int(v: from) <= int(v: tier.kept)
wholeHours = int(v: window) % int(v: hours.unit) == 0
chosen = if fits(tier: raw, from: since) then raw else if fits(tier: minutes, from: since) and not wholeHours then minutes else hours
every = duration(v: (int(v: window) + int(v: chosen.unit) - 1) / int(v: chosen.unit) * int(v: chosen.unit))
begin = date.truncate(t: since, unit: every)
end = date.truncate(t: date.add(d: every, to: date.sub(d: 1ns, from: until)), unit: every)
done = (of, tier, after, unit) => {
    newest =
        from(bucket: tier.name)
            |> range(start: begin, stop: end)
            |> filter(fn: (r) => r._measurement == of and r._field == "points_count")
            |> group()
            |> last()
            |> findColumn(fn: (key) => true, column: "_time")
    at = if length(arr: newest) == 0 then after else date.truncate(t: date.add(d: tier.unit, to: newest[0]), unit: unit)

    return if at < after then after else at
}

// borders are where each bucket ends and the next finer one begins. They lie between whole windows,
// unless the caller adds up the parts of a window that two buckets share: then less is read from the
// points.
borders = (of, whole=true) => {
    unit = if whole then every else 1s
    ofHours = if chosen.name == hours.name then done(of: of, tier: hours, after: begin, unit: unit) else begin
    ofMinutes = if chosen.name == raw.name or fits(tier: raw, from: ofHours) then ofHours else done(of: of, tier: minutes, after: ofHours, unit: unit)

    return {hours: ofHours, minutes: ofMinutes}
}

// over joins what read makes of the rows of each bucket.
over = (of, borders, read, points=raw.name) => {
    rows = (name, start, stop) => {
        any = start < stop // range() takes no empty time

        return
            from(bucket: name)
                |> range(start: if any then start else 1970-01-01T00:00:00Z, stop: if any then stop else 1970-01-01T00:00:01Z)
                |> filter(fn: (r) => r._measurement == of)
                |> filter(fn: only)
    }

    return
        union(
            tables: [
                rows(name: hours.name, start: begin, stop: borders.hours) |> read(isRaw: false),
                rows(name: minutes.name, start: borders.hours, stop: borders.minutes) |> read(isRaw: false),
                rows(name: points, start: borders.minutes, stop: end) |> read(isRaw: true),
            ],
        )
}

known = borders(of: measurement)
statistic = (name, ofRaw, ofTier) => {
    read = (tables=<-, isRaw) => {
        named = if isRaw then field else field + "_" + name

        return
            tables
                |> filter(fn: (r) => r._field == named)
                |> aggregateWindow(every: every, fn: if isRaw then ofRaw else ofTier, createEmpty: false, timeSrc: "_start")
                |> toFloat()
                |> set(key: "_field", value: name)
    }

    return over(of: measurement, borders: known, read: read)
}

union(
    tables: [
        statistic(name: "sum", ofRaw: sum, ofTier: sum),
        statistic(name: "count", ofRaw: count, ofTier: sum),
        statistic(name: "min", ofRaw: min, ofTier: min),
        statistic(name: "max", ofRaw: max, ofTier: max),
    ],
)
    |> drop(columns: ["_start", "_stop"])
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> map(fn: (r) => ({r with mean: r.sum / r.count}))
    |> drop(columns: ["sum", "count"])
    |> sort(columns: ["_time"])
