// How is each server, and how was it since start? Two results, each with one row a server:
//
// now: its last point, up to two minutes before stop; a server of which nothing is known has none
// span: the seconds in each state, and in which percentage of them it was ready or busy; its highest
// GPU memory; syntheses by their outcome, seconds of audio, and the mean RTF of those that went well
//
// only: which series, such as (r) => r.host == "gpu-1"
// start, stop: a time, or a duration from now; the hour, minute or second that each is in counts whole
import "date"

only = (r) => true
start = -24h
stop = now()

events = "performance_monitor_events"
window = 1s // there are none: as short as what is read
gap = 90s // between two points: of a longer time nothing is known

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

from(bucket: raw.name)
    |> range(start: date.sub(d: 2m, from: until), stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_service")
    |> filter(fn: only)
    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
    |> drop(columns: ["_start", "_stop", "_measurement", "service", "version"])
    |> group(columns: ["host", "instance"])
    |> sort(columns: ["_time"], desc: true)
    |> limit(n: 1)
    |> yield(name: "now")

figure = (tables=<-, name) => tables |> toFloat() |> set(key: "_field", value: name) |> group(columns: ["host", "instance", "_field"])
serviceKnown = borders(of: "cosyvoice_service")
synthesisKnown = borders(of: "cosyvoice_synthesis", whole: false)

// A state was held since the point before, which may be older than the raw points that are read.
seconds =
    union(
        tables: [
            over(
                of: "cosyvoice_service",
                borders: serviceKnown,
                read: (tables=<-, isRaw) => {
                    fields = if isRaw then /^none$/ else /^state_.*_seconds$/

                    return tables |> filter(fn: (r) => r._field =~ fields) |> sum()
                },
            ),
            from(bucket: raw.name)
                |> range(start: date.sub(d: gap, from: serviceKnown.minutes), stop: end)
                |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r._field == "state")
                |> filter(fn: only)
                |> map(fn: (r) => ({r with elapsed: int(v: r._time)}))
                |> difference(columns: ["elapsed"])
                |> filter(fn: (r) => r._time >= serviceKnown.minutes and r.elapsed <= int(v: gap))
                |> group(columns: ["host", "instance"])
                |> map(fn: (r) => ({r with _field: "state_" + r._value + "_seconds", _value: float(v: r.elapsed) / 1000000000.0})),
        ],
    )
        |> group(columns: ["host", "instance", "_field"])
        |> sum()
highest = (tables=<-, isRaw) => {
    named = "gpu_memory_max_bytes" + (if isRaw then "" else "_max")

    return tables |> filter(fn: (r) => r._field == named) |> max()
}
syntheses = (inRaw, inTier, ofRaw=sum) => {
    read = (tables=<-, isRaw) => {
        named = if isRaw then inRaw else inTier
        add = if isRaw then ofRaw else sum

        return tables |> filter(fn: (r) => r._field == named) |> add()
    }

    return over(of: "cosyvoice_synthesis", borders: synthesisKnown, points: events, read: read)
}
ok = (tables=<-) => tables |> filter(fn: (r) => r.outcome == "ok")

// ratio is the share of a in b, 0 where there is no a.
ratio = (a, b, name, times=1.0) =>
    union(tables: [a |> figure(name: "a") |> sum(), b |> figure(name: "b") |> sum()])
        |> group(columns: ["host", "instance"])
        |> pivot(rowKey: [], columnKey: ["_field"], valueColumn: "_value")
        |> map(fn: (r) => ({r with _field: name, _value: if exists r.a then times * r.a / r.b else 0.0}))

union(
    tables: [
        seconds,
        ratio(a: seconds |> filter(fn: (r) => r._field =~ /ready|busy/), b: seconds, times: 100.0, name: "available_percent"),
        over(of: "cosyvoice_service", borders: serviceKnown, read: highest) |> figure(name: "gpu_memory_max_bytes") |> max(),
        syntheses(inRaw: "request_id", inTier: "points_count", ofRaw: count)
            |> toFloat()
            |> group(columns: ["host", "instance"])
            |> map(fn: (r) => ({r with _field: "syntheses_" + r.outcome}))
            |> group(columns: ["host", "instance", "_field"])
            |> sum(),
        syntheses(inRaw: "audio_seconds", inTier: "audio_seconds_sum") |> figure(name: "audio_seconds") |> sum(),
        ratio(
            a: syntheses(inRaw: "rtf", inTier: "rtf_sum") |> ok(),
            b: syntheses(inRaw: "rtf", inTier: "rtf_count", ofRaw: count) |> ok(),
            name: "rtf",
        ),
    ],
)
    |> keep(columns: ["host", "instance", "_field", "_value"])
    |> group(columns: ["host", "instance"])
    |> pivot(rowKey: ["host", "instance"], columnKey: ["_field"], valueColumn: "_value")
    |> yield(name: "span")
