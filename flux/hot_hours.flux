// At which hours of the day is a GPU too hot, and when was it? Two results:
//
// hours: for each hour of the day in how many minutes the temperature was over the limit, in how many
// it is known, and the percentage
// when: the minutes over the limit, each with its highest temperature
//
// A minute is over the limit if its highest reading is, be it one of six: so much the windows of a
// minute tell, and raw points are counted alike. Of a time of which there are no minutes any more
// the hours are counted, which are over the limit if one reading in them is.
//
// limit: in °C
// fromHour, toHour: the time of day, such as 15 and 16 for three to four in the afternoon, or 22 and 6
// zone: whose time of day it is; timezone.location(name: "Europe/Berlin") where clocks change, slower
// only: which series, such as (r) => r.host == "gpu-1"
// start, stop: a time, or a duration from now
import "date"
import "timezone"

limit = 75.0
fromHour = 0
toHour = 24
zone = timezone.fixed(offset: 8h)
only = (r) => true
start = -7d
stop = now()

window = 15m // the hours of each zone begin with one

// The buckets: the windows in them, how long they are kept, and how long a time is read from them.
raw = {name: "performance_monitor", unit: 1s, kept: 30d, upTo: 0s}
minutes = {name: "performance_monitor_1m", unit: 1m, kept: 90d, upTo: 90d}
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

ofGPU = borders(of: "cosyvoice_gpu")
highest = (read) => over(of: "cosyvoice_gpu", borders: ofGPU, read: read) |> group(columns: ["host", "uuid"])
temperature = (tables=<-, isRaw) => {
    named = "temperature_c" + (if isRaw then "" else "_max")

    return tables |> filter(fn: (r) => r._field == named)
}
units = (tables=<-) => tables |> aggregateWindow(every: chosen.unit, fn: max, createEmpty: false, timeSrc: "_start") |> toFloat()
known = highest(read: (tables=<-, isRaw) => tables |> temperature(isRaw: isRaw) |> units())
hot = highest(read: (tables=<-, isRaw) => tables |> temperature(isRaw: isRaw) |> filter(fn: (r) => r._value > limit) |> units())
atHours = (tables=<-) => tables |> hourSelection(start: fromHour, stop: (toHour + 23) % 24, location: zone)
number = (tables=<-, name) =>
    tables
        |> aggregateWindow(every: every, fn: count, createEmpty: false, timeSrc: "_start")
        |> atHours()
        |> map(fn: (r) => ({r with hour: date.hour(t: r._time, location: zone)}))
        |> group(columns: ["host", "uuid", "hour"])
        |> sum()
        |> group(columns: ["host", "uuid"])
        |> set(key: "counted", value: name)

union(tables: [known |> number(name: "known"), hot |> number(name: "hot")])
    |> pivot(rowKey: ["hour"], columnKey: ["counted"], valueColumn: "_value")
    |> map(
        fn: (r) => {
            hot = if exists r.hot then r.hot else 0

            return {r with hot: hot, percent: 100.0 * float(v: hot) / float(v: r.known), unit: string(v: chosen.unit)}
        },
    )
    |> sort(columns: ["hour"])
    |> yield(name: "hours")

hot
    |> atHours()
    |> keep(columns: ["_time", "_value", "host", "uuid"])
    |> sort(columns: ["_time"])
    |> yield(name: "when")
