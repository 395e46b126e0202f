// Finds what grows over hours and days, and writes it as cosyvoice_diagnosis while it lasts.
//
// A point has the tags code, severity, host, and instance or uuid; the fields since, when it was
// first found, in seconds since 1970; value, what is beyond its limit; and the figures that prove
// it. "cosyvoicectl explain CODE" tells what a code means.
//
// Each run that goes well writes how many it found as cosyvoice_judgement, with the tag group. Without
// these points, that nothing is found says nothing.
import "array"
import "date"
import "experimental"
import "regexp"
import "system"

option task = {name: "cosyvoice causes trends", every: 5m, offset: 55s}

hosts = /./ // all of them
gone = 15m // a finding that was not found for so long begins anew

raw = "performance_monitor"
events = "performance_monitor_events"
minutes = "performance_monitor_1m"
hours = "performance_monitor_1h"

// What the conditions of this folder judge: growth, a row for each server, memory and scale of time
// with how its lowest memory went since the server started. The lowest is taken where as little is in
// flight as ever in that time, since what a synthesis needs for a while is no growth.
until = date.truncate(t: now(), unit: 1m)
before = (d) => date.sub(d: d, from: until)

settling = 10m // after the start: libraries load their parts at the first uses
least_step = 67108864.0 // bytes between two lowest ones: PyTorch takes memory in pieces of 2 and 20 MiB

// What a rise has to be to go on and on.
places = 12.0 // lowest ones: a line through fewer fits by chance
fit = 85.0 // percent of the rise that a line explains
fit_soon = 92.0 // percent within half an hour, where a line fits more easily
share_soon = 2.0 // times the share of the card, or the host, within half an hour
begun = 0.25 // of the rise from third to third of the time that is the first: else it has just begun
goes_on = 0.35 // of the rise from third to third of the time that is the second: caches fill ever more slowly
at_once = 0.3 // of the rise, at most, between two lowest ones: else it is a step

// A leak of half an hour has to be seen in minutes, one of weeks over days.
scales = [
    {name: "minutes", bucket: minutes, span: 30m, every: 1m},
    {name: "hours", bucket: minutes, span: 6h, every: 5m},
    {name: "days", bucket: hours, span: 14d, every: 2h},
]

byServer = ["host", "instance"]
seconds = (ns) => float(v: ns) / 1000000000.0

figures = (scale, measurement, fields) =>
    from(bucket: scale.bucket)
        |> range(start: before(d: scale.span), stop: until)
        |> filter(fn: (r) => r._measurement == measurement and r.host =~ hosts and r._field =~ fields)

growthOf = (scale) => {
    oneWindow = if scale.bucket == hours then 3600.0 else 60.0 // seconds
    lowest =
        figures(scale: scale, measurement: "cosyvoice_service", fields: /^(gpu_memory_bytes|memory_rss_bytes|in_flight|uptime_seconds)_min$|^uptime_seconds_max$|^state_starting_seconds$/)
            |> group(columns: byServer)
            |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
            // In a window with a restart the lowest is the new process's, the rest the old one's.
            |> filter(fn: (r) => not exists r.uptime_seconds_min or r.uptime_seconds_min >= float(v: r.uptime_seconds_max) - oneWindow)
            |> sort(columns: ["_time"])

    // When the process that runs now was started, and how little it has in flight.
    lives =
        lowest
            |> reduce(
                identity: {start: 0.0, least: 1000000.0},
                fn: (r, accumulator) => {
                    at = seconds(ns: int(v: r._time))
                    start = if exists r.uptime_seconds_max then at - r.uptime_seconds_max else accumulator.start
                    again = start > accumulator.start + 120.0
                    least = if again then 1000000.0 else accumulator.least

                    return {
                        start: if again then start else accumulator.start,
                        least: if exists r.in_flight_min and r.in_flight_min < least then r.in_flight_min else least,
                    }
                },
            )
            |> group()
    own =
        join(tables: {a: lowest |> group(), b: lives}, on: byServer)
            |> filter(fn: (r) => seconds(ns: int(v: r._time)) >= r.start and (not exists r.in_flight_min or r.in_flight_min <= r.least))
            |> filter(fn: (r) => not exists r.state_starting_seconds or r.state_starting_seconds == 0.0) // it loads its model
    troughs = (memory) =>
        own
            |> map(fn: (r) => ({r with _field: "trough", _value: if memory == "gpu" then r.gpu_memory_bytes_min else r.memory_rss_bytes_min}))
            |> filter(fn: (r) => r._value > 0.0)
            |> keep(columns: ["_time", "host", "instance", "_field", "_value"])
            |> group(columns: ["host", "instance", "_field"])
            |> aggregateWindow(every: scale.every, fn: min, createEmpty: false, timeSrc: "_start")
    counts =
        figures(scale: scale, measurement: "cosyvoice_synthesis", fields: /^points_count$/)
            |> toFloat()
            |> group()
            |> map(fn: (r) => ({r with _field: if r.outcome == "abandoned" then "abandoned" else "done"}))
            |> group(columns: ["host", "instance", "_field"])
            |> aggregateWindow(every: scale.every, fn: sum, createEmpty: false, timeSrc: "_start")

    // Each trough in its place between the start and now, or between the ends of what is looked at.
    line = (memory) =>
        join(
            tables: {
                a:
                    union(tables: [troughs(memory: memory), counts])
                        |> group(columns: byServer)
                        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
                        |> group(),
                b: lives,
            },
            on: byServer,
        )
            |> group(columns: byServer)
            |> sort(columns: ["_time"])
            |> reduce(
                identity: {
                    n: 0.0, x: 0.0, y: 0.0, xx: 0.0, xy: 0.0, yy: 0.0, // of the line
                    from: 0.0, to: 0.0, first: 0.0, last: 0.0, settled: 0.0, highest: 0.0,
                    sum1: 0.0, n1: 0.0, sum2: 0.0, n2: 0.0, sum3: 0.0, n3: 0.0, // of the thirds
                    rises: 0.0, jump: 0.0, steps: 0.0, stepped: 0.0, stepped_at: 0.0, life: 0.0, rises_abandoned: 0.0, buckets_abandoned: 0.0,
                    done: 0.0, abandoned: 0.0, pending: 0.0,
                },
                fn: (r, accumulator) => {
                    a = accumulator
                    at = seconds(ns: int(v: r._time))
                    begin = seconds(ns: int(v: before(d: scale.span)))
                    life = if r.start > begin then r.start else begin
                    settle = r.start + seconds(ns: int(v: settling))
                    end = seconds(ns: int(v: until))
                    x = (at - life) / 3600.0
                    done = if exists r.done and at >= settle then r.done else 0.0
                    abandoned = if exists r.abandoned then r.abandoned else 0.0
                    known = exists r.trough
                    y = if known then r.trough else 0.0
                    counted = known and at >= settle
                    one = if counted then 1.0 else 0.0
                    third = 3.0 * (at - life) / (end - life)
                    in1 = if third < 1.0 then one else 0.0
                    in3 = if third >= 2.0 then one else 0.0
                    in2 = one - in1 - in3
                    pending = a.pending + abandoned // the lowest of the next bucket shows what was lost in this one
                    rise = if known and a.last > 0.0 and y > a.last then y - a.last else 0.0
                    late = if counted and a.settled > 0.0 then rise else 0.0
                    step = if rise >= least_step then 1.0 else 0.0

                    return {
                        n: a.n + one, x: a.x + one * x, y: a.y + one * y, xx: a.xx + one * x * x, xy: a.xy + one * x * y, yy: a.yy + one * y * y,
                        from: if a.from == 0.0 and counted then at else a.from, to: if counted then at else a.to,
                        first: if a.first == 0.0 then y else a.first, last: if known then y else a.last,
                        settled: if a.settled == 0.0 and counted then y else a.settled,
                        highest: if y > a.highest then y else a.highest,
                        sum1: a.sum1 + in1 * y, n1: a.n1 + in1, sum2: a.sum2 + in2 * y, n2: a.n2 + in2, sum3: a.sum3 + in3 * y, n3: a.n3 + in3,
                        rises: a.rises + late, jump: if late > a.jump then late else a.jump,
                        steps: a.steps + step, stepped: a.stepped + step * rise, stepped_at: if step > 0.0 then at else a.stepped_at, life: r.start,
                        rises_abandoned: if pending > 0.0 then a.rises_abandoned + late else a.rises_abandoned,
                        buckets_abandoned: if known and pending > 0.0 then a.buckets_abandoned + 1.0 else a.buckets_abandoned,
                        done: a.done + done, abandoned: a.abandoned + abandoned, pending: if known then abandoned else pending,
                    }
                },
            )
            |> group()
            |> filter(fn: (r) => r.n1 >= 2.0 and r.n2 >= 2.0 and r.n3 >= 2.0)
            |> map(
                fn: (r) => {
                    dx = r.n * r.xx - r.x * r.x
                    dy = r.n * r.yy - r.y * r.y
                    dxy = r.n * r.xy - r.x * r.y

                    return {r with
                        memory: memory,
                        whole: r.life >= seconds(ns: int(v: before(d: scale.span))),
                        age: seconds(ns: int(v: until)) - r.life,
                        still: seconds(ns: int(v: until)) - (if r.steps > 0.0 then r.stepped_at else r.life),
                        scale: scale.name,
                        rise_bytes_per_hour: if dx > 0.0 then dxy / dx else 0.0,
                        fit: if dx > 0.0 and dy > 0.0 then 100.0 * dxy * dxy / (dx * dy) else 0.0,
                        rise_bytes: if dx > 0.0 then dxy / dx * (r.to - r.from) / 3600.0 else 0.0,
                        early: r.sum2 / r.n2 - r.sum1 / r.n1,
                        late: r.sum3 / r.n3 - r.sum2 / r.n2,
                    }
                },
            )

    return union(tables: [line(memory: "gpu"), line(memory: "host")])
}

// What the card and the host have: the fullest card, for the last half an hour.
machines =
    from(bucket: minutes)
        |> range(start: before(d: 30m), stop: until)
        |> filter(fn: (r) => r._measurement == "system_metrics" and r.host =~ hosts)
        |> filter(fn: (r) => r._field =~ /^(memory_(used|total)_mb|gpu_memory_(used|total)_mb)_max$/)
        |> group(columns: ["host", "_field"])
        |> max()
        |> group()
        |> map(fn: (r) => ({r with _value: r._value * 1048576.0}))
        |> pivot(rowKey: ["host"], columnKey: ["_field"], valueColumn: "_value")
        |> map(
            fn: (r) => ({
                host: r.host,
                memory_used_bytes: r.gpu_memory_used_mb_max,
                memory_total_bytes: r.gpu_memory_total_mb_max,
                host_used_bytes: r.memory_used_mb_max,
                host_total_bytes: r.memory_total_mb_max,
            }),
        )
growth = join(tables: {a: union(tables: array.map(arr: scales, fn: (x) => growthOf(scale: x))), b: machines}, on: ["host"])
failed =
    from(bucket: events)
        |> range(start: before(d: 1d), stop: now())
        |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r.host =~ hosts and r.kind == "oom" and r._field == "message")
        |> group(columns: byServer)
        |> count()
        |> group()

// steadily is the growth that goes on and on: along a line, in each third of the time, not in a few
// steps, and more than what memory does by itself.
steadily = (tables=<-, least, share, total) =>
    tables
        |> filter(
            fn: (r) =>
                r.n >= places and r.fit >= (if r.scale == "minutes" then fit_soon else fit) and
                r.rise_bytes >= least and r.rise_bytes >= (if r.scale == "minutes" then share_soon * share else share) * total(r: r) and
                r.early >= begun * (r.early + r.late) and r.late >= goes_on * (r.early + r.late) and
                r.jump <= at_once * r.rise_bytes,
        )

// once is the scale that sees it the clearest.
once = (tables=<-) =>
    tables
        |> group(columns: byServer)
        |> sort(columns: ["fit"])
        |> last(column: "fit")
        |> group()

// unless leaves the servers out that are among others.
unless = (tables=<-, others) =>
    union(tables: [tables |> map(fn: (r) => ({r with other: 0.0})), others |> map(fn: (r) => ({r with other: 1.0}))])
        |> group(columns: byServer)
        |> sort(columns: ["other"], desc: true)
        |> first(column: "other")
        |> group()
        |> filter(fn: (r) => r.other == 0.0)

whose = ["host", "instance", "uuid"]
found = (tables=<-, code, severity, value, limit, evidence) =>
    tables
        |> map(fn: (r) => ({r with code: code, severity: severity, value: value(r: r), limit: limit(r: r)}))
        |> keep(columns: array.concat(arr: array.concat(arr: whose, v: ["code", "severity", "value", "limit"]), v: evidence))

// GPU memory rises when clients leave in the middle of a stream, and stays where it is else.
abandoned_generators = () => {
    least = 268435456.0 // bytes
    some = 3.0 // clients that left
    nearly = 0.8 // of the rise
    few = 0.6 // of the time: if clients leave all the time, they may have nothing to do with it

    return
        growth
            |> filter(
                fn: (r) =>
                    r.memory == "gpu" and r.abandoned >= some and r.rise_bytes >= least and
                    r.rises_abandoned >= nearly * r.rises and r.buckets_abandoned <= few * r.n and
                    r.late >= goes_on * (r.early + r.late),
            )
            |> once()
            |> map(fn: (r) => ({r with syntheses_abandoned: r.abandoned}))
            |> found(
                code: "abandoned_generators",
                severity: "warning",
                value: (r) => r.rise_bytes,
                limit: (r) => least,
                evidence: ["syntheses_abandoned", "rise_bytes", "memory_used_bytes", "memory_total_bytes"],
            )
}

// A server holds much of the card, more than after its start, and it does not become more.
gpu_allocator_cache = () => {
    much = 0.6 // of the card
    grown = 1.25 // times the memory after the start
    flat = 0.03 // of the card, between the second and the last third of the time
    long = 3600.0 // seconds without a step

    return
        growth
            |> filter(
                fn: (r) =>
                    r.memory == "gpu" and r.whole and r.still >= long and r.last >= much * r.memory_total_bytes and
                    r.last >= grown * r.first and r.late < flat * r.memory_total_bytes and r.late < goes_on * (r.early + r.late),
            )
            |> once()
            |> unless(others: failed)
            |> map(fn: (r) => ({r with plateau_bytes: r.last, syntheses_failed: 0.0}))
            |> found(
                code: "gpu_allocator_cache",
                severity: "info",
                value: (r) => r.last,
                limit: (r) => much * r.memory_total_bytes,
                evidence: ["memory_used_bytes", "memory_total_bytes", "plateau_bytes", "syntheses_failed"],
            )
}

// A server holds much of the card since its model was loaded, as it was told to.
gpu_memory_configured = () => {
    much = 0.6 // of the card
    same = 0.1 // of the memory after the load, more or less

    return
        growth
            |> filter(
                fn: (r) =>
                    r.memory == "gpu" and r.whole and r.last >= much * r.memory_total_bytes and
                    r.last <= (1.0 + same) * r.first and r.last >= (1.0 - same) * r.first,
            )
            |> once()
            |> map(fn: (r) => ({r with memory_after_load_bytes: r.first}))
            |> found(
                code: "gpu_memory_configured",
                severity: "info",
                value: (r) => r.last,
                limit: (r) => much * r.memory_total_bytes,
                evidence: ["memory_after_load_bytes", "memory_used_bytes", "memory_total_bytes"],
            )
}

// GPU memory rose in a few steps after the start, and has stood still since.
gpu_memory_lazy = () => {
    least = 268435456.0 // bytes together
    few = 6.0 // steps
    early = 0.5 // of the time since the start, in which they were
    nearly = 0.8 // of the rise that the steps are
    long = 3600.0 // seconds without one
    news = 86400.0 // seconds after the last: later nobody wonders about it
    much = 0.6 // of the card: above, it is a cache

    return
        growth
            |> filter(
                fn: (r) =>
                    r.memory == "gpu" and r.whole and r.last - r.first >= least and
                    r.steps >= 1.0 and r.steps <= few and r.stepped >= nearly * (r.last - r.first) and
                    r.still >= long and r.still <= news and r.age - r.still <= early * r.age and r.last < much * r.memory_total_bytes,
            )
            |> once()
            |> map(fn: (r) => ({r with step_bytes: r.stepped}))
            |> found(
                code: "gpu_memory_lazy",
                severity: "info",
                value: (r) => r.stepped,
                limit: (r) => least,
                evidence: ["step_bytes", "steps", "memory_used_bytes"],
            )
}

// The lowest GPU memory of a server rises from synthesis to synthesis, and does not stop.
gpu_memory_leak = () => {
    least = 268435456.0 // bytes: libraries take less at their first uses
    share = 0.05 // of the card: the caches of a server that gets to know longer texts take less
    many = 20.0 // syntheses

    return
        growth
            |> filter(fn: (r) => r.memory == "gpu" and r.done >= many)
            |> steadily(least: least, share: share, total: (r) => r.memory_total_bytes)
            |> once()
            |> unless(others: abandoned_generators())
            |> map(
                fn: (r) => ({r with
                    syntheses: r.done,
                    rise_bytes_per_synthesis: r.rise_bytes / r.done,
                    seconds_to_full: 3600.0 * (r.memory_total_bytes - r.memory_used_bytes) / r.rise_bytes_per_hour,
                }),
            )
            |> found(
                code: "gpu_memory_leak",
                severity: "warning",
                value: (r) => r.rise_bytes_per_hour,
                limit: (r) => share * r.memory_total_bytes,
                evidence: ["memory_used_bytes", "memory_total_bytes", "rise_bytes_per_synthesis", "rise_bytes_per_hour", "syntheses", "fit", "seconds_to_full"],
            )
}

// The lowest memory of a server on the host rises and does not stop.
host_memory_growth = () => {
    least = 536870912.0 // bytes: Python's own memory goes up and down by less
    share = 0.02 // of the host's

    return
        growth
            |> filter(fn: (r) => r.memory == "host")
            |> steadily(least: least, share: share, total: (r) => r.host_total_bytes)
            |> once()
            |> map(
                fn: (r) => ({r with
                    memory_rss_bytes: r.last,
                    rise_bytes_per_synthesis: r.rise_bytes / r.done,
                    seconds_to_full: 3600.0 * (r.host_total_bytes - r.host_used_bytes) / r.rise_bytes_per_hour,
                }),
            )
            |> found(
                code: "host_memory_growth",
                severity: "warning",
                value: (r) => r.rise_bytes_per_hour,
                limit: (r) => share * r.host_total_bytes,
                evidence: ["memory_rss_bytes", "rise_bytes_per_synthesis", "rise_bytes_per_hour", "fit", "seconds_to_full"],
            )
}

findings =
    union(
        tables: [
            abandoned_generators(),
            gpu_allocator_cache(),
            gpu_memory_configured(),
            gpu_memory_lazy(),
            gpu_memory_leak(),
            host_memory_growth(),
        ],
    )

at = date.truncate(t: now(), unit: 1m)

// to() writes the tags of a point in the order of the columns, and InfluxDB takes the same tags in another
// order for another series. A column that is set on the way to it comes last, so all tags are here.
whoseAndWhat = ["code", "host", "instance", "service", "severity", "uuid"]
named =
    findings
        |> map(
            fn: (r) => ({r with
                _time: at,
                instance: if exists r.instance then r.instance else "",
                service: "cosyvoice3",
                uuid: if exists r.uuid then r.uuid else "",
            }),
        )
        |> group(columns: whoseAndWhat)
written = (tables=<-) =>
    tables
        |> group()
        |> map(fn: (r) => ({r with _measurement: "cosyvoice_diagnosis"}))
        |> to(bucket: events, tagColumns: whoseAndWhat)

proven = named |> experimental.unpivot() |> written()

// Each began when it did by its last point, or now.
started =
    union(
        tables: [
            named
                |> map(fn: (r) => ({r with now: 1.0, since: float(v: int(v: at)) / 1000000000.0}))
                |> keep(columns: array.concat(arr: whoseAndWhat, v: ["now", "since"])),
            from(bucket: events)
                |> range(start: date.sub(d: gone, from: at), stop: at)
                |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field == "since")
                |> map(
                    fn: (r) => ({r with
                        now: 0.0,
                        since: r._value,
                        instance: if exists r.instance then r.instance else "",
                        uuid: if exists r.uuid then r.uuid else "",
                    }),
                )
                |> keep(columns: array.concat(arr: whoseAndWhat, v: ["now", "since"])),
        ],
    )
        |> group(columns: whoseAndWhat)
        |> reduce(
            identity: {now: 0.0, since: 1000000000000.0},
            fn: (r, accumulator) => ({
                now: if r.now > accumulator.now then r.now else accumulator.now,
                since: if r.since < accumulator.since then r.since else accumulator.since,
            }),
        )
        |> filter(fn: (r) => r.now == 1.0)
        |> map(fn: (r) => ({r with _time: at, _field: "since", _value: r.since}))
        |> drop(columns: ["now", "since"])
        |> written()

// That they are judged is told after everything else, so not where a finding cannot be written. A map()
// without r would make no row, in Flux 0.200.
counted = (tables=<-, each) => tables |> map(fn: (r) => ({r with findings: each})) |> keep(columns: ["findings"])

union(tables: [array.from(rows: [{findings: 0}]), proven |> counted(each: 0), started |> counted(each: 1)])
    |> group()
    |> sum(column: "findings")
    |> map(
        fn: (r) => ({
            _time: at,
            _measurement: "cosyvoice_judgement",
            _field: "findings",
            _value: r.findings,
            group: "trends",
            service: "cosyvoice3",
        }),
    )
    |> to(bucket: events, tagColumns: ["group", "service"])
