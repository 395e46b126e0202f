// Finds what is wrong by the last minutes, and writes it as cosyvoice_diagnosis while it lasts.
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

option task = {name: "cosyvoice causes minutes", every: 1m, offset: 50s}

hosts = /./ // all of them
gone = 3m // a finding that was not found for so long begins anew

raw = "performance_monitor"
events = "performance_monitor_events"
minutes = "performance_monitor_1m"
hours = "performance_monitor_1h"

// What the conditions of this folder judge: servers, a row each with what is known of its last
// minutes; cards, the same of each GPU; syntheses, a row for each of the last minutes; and facts,
// the events of the last hour. A column that is not there is not known: what compares it is false.
until = date.truncate(t: now(), unit: 1m)
before = (d) => date.sub(d: d, from: until)

// Five minutes: shorter, and one long text is taken for a condition; longer, and a person notices first.
window = 5m

// A figure of a window is put together over the window by what its name ends in.
of = ["host", "instance", "uuid", "_field"]
figure = array.concat(arr: of, v: ["_value"])
figures = (measurement, fields, within=window) => {
    named = (statistic) =>
        from(bucket: minutes)
            |> range(start: before(d: within), stop: until)
            |> filter(fn: (r) => r._measurement == measurement and r.host =~ hosts and r._field =~ fields)
            |> filter(fn: (r) => r._field =~ statistic)
            |> group(columns: of)

    return
        union(
            tables: [
                named(statistic: /_(sum|increase|seconds)$/) |> sum(),
                named(statistic: /_count$/) |> sum() |> toFloat(),
                named(statistic: /_min$/) |> min() |> keep(columns: figure),
                named(statistic: /_max$/) |> max() |> keep(columns: figure),
            ],
        )
            |> group()
}

// nobody is a row without a host for each of some columns. Where no row has two columns, Flux can
// neither divide nor compare them, and judges nothing at all; so nobody has them.
nobody = (of) => array.from(rows: of) |> map(fn: (r) => ({host: "", instance: "", _field: r.column, _value: 0.0})) |> keep(columns: figure)

// What each synthesis took. The first after a start are slow whatever else is, and stand apart.
syntheses =
    from(bucket: events)
        |> range(start: before(d: window), stop: now())
        |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r.host =~ hosts)
        |> filter(
            fn: (r) =>
                r._field == "rtf" or
                r._field == "duration_seconds" or
                r._field == "audio_seconds" or
                r._field == "first_chunk_seconds" or
                r._field == "first_chunk_audio_seconds" or
                r._field == "characters" or
                r._field == "characters_per_audio_second" or
                r._field == "concurrency_mean" or
                r._field == "gpu_memory_start_bytes" or
                r._field == "gpu_memory_peak_bytes" or
                r._field == "gpu_memory_end_bytes" or
                r._field == "gpu_utilization_percent" or
                r._field == "clock_sm_hz" or
                r._field == "warm_up",
        )
        |> toFloat()
        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
        |> group()
means = (tables=<-, prefix="") =>
    tables
        |> keep(
            columns: [
                "_time",
                "host",
                "instance",
                "rtf",
                "first_chunk_seconds",
                "first_chunk_audio_seconds",
                "concurrency_mean",
                "gpu_utilization_percent",
                "clock_sm_hz",
            ],
        )
        |> group(columns: ["host", "instance"])
        |> experimental.unpivot(otherColumns: ["_time"])
        |> group(columns: ["host", "instance", "_field"])
        |> mean()
        |> group()
        |> map(fn: (r) => ({r with _field: prefix + r._field}))
steady = syntheses |> filter(fn: (r) => r.outcome == "ok" and exists r.rtf and r.warm_up != 1.0)
warm = syntheses |> filter(fn: (r) => r.outcome == "ok" and exists r.rtf and r.warm_up == 1.0)
number = (tables=<-, name) =>
    tables
        |> group(columns: ["host", "instance"])
        |> count(column: "outcome")
        |> group()
        |> map(fn: (r) => ({r with _field: name, _value: float(v: r.outcome)}))
        |> keep(columns: figure)

an_hour = 5.0 // syntheses, by which an hour of the last week counts
good_hour = 0.25 // of the hours of the last week are better than a good one

// What is usual: of the hours of a week with some syntheses each, the mean of a good one. A server
// that was slow for days is still compared with its good hours.
aWeek = (fields) =>
    from(bucket: hours)
        |> range(start: before(d: 7d), stop: before(d: 1h))
        |> filter(fn: (r) => r._measurement == "cosyvoice_synthesis" and r.host =~ hosts and r.outcome == "ok")
        |> filter(fn: (r) => r._field =~ fields)
        |> toFloat()
        |> group(columns: ["host", "instance", "_field"])
        |> aggregateWindow(every: 1h, fn: sum, createEmpty: false)
        |> group(columns: ["host", "instance"])
        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
good = (tables=<-, name, q) =>
    tables
        |> filter(fn: (r) => exists r._value)
        |> quantile(q: q, method: "exact_mean")
        |> map(fn: (r) => ({r with _field: name}))
        |> group()
        |> keep(columns: figure)
week = aWeek(fields: /^(rtf|first_chunk_seconds|clock_sm_hz|concurrency_mean)_(sum|count)$/) |> filter(fn: (r) => r.rtf_count >= an_hour)
usual =
    union(
        tables: [
            week |> map(fn: (r) => ({r with _value: r.rtf_sum / r.rtf_count})) |> good(name: "rtf_normal", q: good_hour),
            week
                |> map(fn: (r) => ({r with _value: r.first_chunk_seconds_sum / r.first_chunk_seconds_count}))
                |> good(name: "first_chunk_normal_seconds", q: good_hour),
            week
                |> map(fn: (r) => ({r with _value: r.concurrency_mean_sum / r.concurrency_mean_count}))
                |> good(name: "concurrency_normal", q: good_hour),
            week
                |> map(fn: (r) => ({r with _value: r.clock_sm_hz_sum / r.clock_sm_hz_count}))
                |> good(name: "clock_normal_hz", q: 1.0 - good_hour),
        ],
    )

machines =
    union(
        tables: [
            figures(measurement: "system_metrics", fields: /^(cpu_usage_percent|memory_(used|total)_mb|gpu_utilization_percent|gpu_memory_(used|total)_mb)_/),
            figures(measurement: "cosyvoice_agent", fields: /^nvml_state_mismatch_/),
            figures(measurement: "system_metrics", fields: /^gpu_utilization_percent_/, within: 2m)
                |> map(fn: (r) => ({r with _field: "lately_" + r._field})),
        ],
    )
        |> keep(columns: ["host", "_field", "_value"])
        |> pivot(rowKey: ["host"], columnKey: ["_field"], valueColumn: "_value")
        |> map(
            fn: (r) => ({r with
                host_cpu_percent: r.cpu_usage_percent_sum / r.cpu_usage_percent_count,
                host_cpu_lowest_percent: r.cpu_usage_percent_min,
                card_utilization_percent: r.gpu_utilization_percent_sum / r.gpu_utilization_percent_count,
                card_lately_percent: r.lately_gpu_utilization_percent_sum / r.lately_gpu_utilization_percent_count,
                card_total_bytes: r.gpu_memory_total_mb_max * 1048576.0,
            }),
        )
logs =
    figures(measurement: "cosyvoice_agent", fields: /^(log_files|log_lag_bytes|log_lines_total|log_lines_understood_total)_/)
        |> keep(columns: ["host", "_field", "_value"])
        |> pivot(rowKey: ["host"], columnKey: ["_field"], valueColumn: "_value")

// What several conditions ask for, so that one begins where the other ends.
slow_from = 1.5 // times the usual RTF: less is the spread between texts
slow_without_usual = 1.0 // RTF from which a listener waits, where nothing is known of what is usual
enough = 3.0 // syntheses, to say anything
full = 95.0 // percent of the host's processors, as the mean of the window
near_limit = 0.9 // of the CPU limit of the container, at a tick
held_back = 15.0 // seconds of the window: now and then, a limit costs nothing
foreign = 25.0 // percent of the card's use that is not the server's
low_clock = 0.9 // of the usual clock: below, the card is slow by itself
thermal_often = 20.0 // percent of the readings: a peak of heat now and then costs nothing
power_often = 50.0 // percent of the readings: a busy card touches its limit
fallback_idle = 15.0 // percent of the card's use during syntheses: the parts that are left on it
fallback_slow = 1.5 // RTF: a model on a processor is slower

// By the plugin a synthesis is stuck after so many seconds without progress, at the least.
stuckAfter = 30.0
known =
    union(
        tables: [
            figures(
                measurement: "cosyvoice_service",
                fields:
                    /^(up|ready|state_(starting|dead|stuck)|uptime_seconds|cpu_percent|memory_rss_bytes|gpu_memory_bytes|gpu_sm_percent|connections|cgroup_.*|in_flight|in_flight_stuck|oldest_in_flight_seconds)_/,
            ),
            figures(measurement: "cosyvoice_process", fields: /^hottest_thread_percent_/),
            steady |> means(),
            steady |> number(name: "syntheses"),
            warm |> means(prefix: "warm_"),
            warm |> number(name: "syntheses_warm"),
            usual,
            nobody(
                of: [
                    {column: "up_sum"},
                    {column: "up_count"},
                    {column: "cpu_percent_sum"},
                    {column: "cpu_percent_count"},
                    {column: "cpu_percent_max"},
                    {column: "cgroup_cpu_limit_percent_max"},
                    {column: "cgroup_cpu_throttled_seconds_total_increase"},
                    {column: "gpu_sm_percent_sum"},
                    {column: "gpu_sm_percent_count"},
                    {column: "in_flight_sum"},
                    {column: "in_flight_count"},
                    {column: "hottest_thread_percent_sum"},
                    {column: "hottest_thread_percent_count"},
                    {column: "rtf"},
                    {column: "rtf_normal"},
                ],
            ),
        ],
    )
        |> keep(columns: ["host", "instance", "_field", "_value"])
        |> filter(fn: (r) => exists r.instance)
        |> group()
        |> pivot(rowKey: ["host", "instance"], columnKey: ["_field"], valueColumn: "_value")
servers =
    join(tables: {a: known, b: machines}, on: ["host"])
        |> map(
            fn: (r) => ({r with
                in_flight: r.in_flight_sum / r.in_flight_count,
                service_cpu_percent: r.cpu_percent_sum / r.cpu_percent_count,
                service_sm_percent: r.gpu_sm_percent_sum / r.gpu_sm_percent_count,
                thread_cpu_percent: r.hottest_thread_percent_sum / r.hottest_thread_percent_count,
                at_cpu_limit: r.cpu_percent_max >= near_limit * r.cgroup_cpu_limit_percent_max and r.cgroup_cpu_throttled_seconds_total_increase >= held_back,
                usualRTF: if exists r.rtf_normal then r.rtf_normal * slow_from else slow_without_usual,
            }),
        )
        |> map(
            fn: (r) => ({r with
                slow: r.syntheses >= enough and r.rtf >= r.usualRTF,
                fallen_back: r.gpu_utilization_percent <= fallback_idle and r.rtf >= fallback_slow,
            }),
        )

cards =
    figures(
        measurement: "cosyvoice_gpu",
        fields:
            /^(state_(hung|lost|failed)|utilization_percent|memory_(used|service|other|unowned|total)_bytes|temperature_c|power_w|power_limit_w|clock_sm_hz|throttle_(thermal|power|hw_slowdown)|xids_total)_/,
    )
        |> filter(fn: (r) => exists r.uuid)
        |> pivot(rowKey: ["host", "uuid"], columnKey: ["_field"], valueColumn: "_value")
        |> map(
            fn: (r) => ({r with
                utilization_percent: r.utilization_percent_sum / r.utilization_percent_count,
                memory_used_bytes: r.memory_used_bytes_sum / r.memory_used_bytes_count,
                memory_service_bytes: r.memory_service_bytes_sum / r.memory_service_bytes_count,
                memory_other_bytes: r.memory_other_bytes_sum / r.memory_other_bytes_count,
                memory_total_bytes: r.memory_total_bytes_max,
                power_w: r.power_w_sum / r.power_w_count,
                power_limit_w: r.power_limit_w_max,
                clock_sm_hz: r.clock_sm_hz_sum / r.clock_sm_hz_count,
                thermal_percent: 100.0 * r.throttle_thermal_sum / r.throttle_thermal_count,
                power_percent: 100.0 * r.throttle_power_sum / r.throttle_power_count,
            }),
        )

servers_on_cards =
    join(
        tables: {
            a:
                cards
                    |> keep(
                        columns: [
                            "host",
                            "uuid",
                            "utilization_percent",
                            "memory_other_bytes",
                            "power_w",
                            "power_w_max",
                            "power_limit_w",
                            "power_percent",
                            "thermal_percent",
                            "temperature_c_max",
                        ],
                    ),
            b: servers,
        },
        on: ["host"],
    )

// What "cosyvoice health" says of the history: the statuses of its last runs, and of the last one.
statuses =
    from(bucket: "_monitoring")
        |> range(start: before(d: 16m), stop: now())
        |> filter(fn: (r) => r._measurement == "statuses" and r._check_id == "c05e000000000001")
        |> filter(fn: (r) => r._field == "value" or r._field == "limit")
        |> filter(fn: (r) => not exists r.host or r.host == "" or r.host =~ hosts)
watched =
    statuses
        |> group(columns: ["code", "host", "_field"])
        |> sort(columns: ["_time"])
        |> last()
        |> group()
        |> map(fn: (r) => ({r with host: if exists r.host then r.host else ""})) // at first no status has one
        |> pivot(rowKey: ["code", "host", "_level"], columnKey: ["_field"], valueColumn: "_value")

// is takes what is not known to be false.
is = (v) => if exists v then v else false

// facts are the events of the last hour.
facts =
    from(bucket: events)
        |> range(start: before(d: 1h), stop: now())
        |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r.host =~ hosts)
        |> filter(
            fn: (r) => r._field == "message" or r._field == "error" or r._field == "reason" or r._field == "last_state" or r._field == "code" or r._field =~ /^oom_/,
        )
        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
        |> group()

// newest are the last of each server or card.
newest = (tables=<-) =>
    tables
        |> group(columns: ["host", "instance"])
        |> sort(columns: ["_time"])
        |> last(column: "_time")
        |> group()

// told are the facts of some kinds within a time: of each server or card the newest, and the number.
told = (tables=facts, kinds, within) =>
    tables
        |> filter(fn: (r) => r.kind =~ kinds and r._time >= before(d: within))
        |> group(columns: ["host", "instance", "uuid"])
        |> sort(columns: ["_time"])
        |> stateCount(fn: (r) => true, column: "number")
        |> last(column: "number")
        |> group()
        |> map(fn: (r) => ({r with number: float(v: r.number)}))

// found makes findings of rows: whose they are, the value that passed the limit, and the figures
// that prove it.
whose = ["host", "instance", "uuid"]
found = (tables=<-, code, severity, value, limit, evidence) =>
    tables
        |> map(fn: (r) => ({r with code: code, severity: severity, value: value(r: r), limit: limit(r: r)}))
        |> keep(columns: array.concat(arr: array.concat(arr: whose, v: ["code", "severity", "value", "limit"]), v: evidence))

// The container's CPU limit holds the server back, and syntheses take longer than usual.
cgroup_cpu_limit = () => {
    return
        servers
            |> filter(
                fn: (r) =>
                    r.slow and r.at_cpu_limit,
            )
            |> map(fn: (r) => ({r with cpu_limit_percent: r.cgroup_cpu_limit_percent_max}))
            |> found(
                code: "cgroup_cpu_limit",
                severity: "warning",
                value: (r) => r.cpu_percent_max,
                limit: (r) => near_limit * r.cgroup_cpu_limit_percent_max,
                evidence: ["service_cpu_percent", "cpu_limit_percent", "host_cpu_percent", "rtf", "rtf_normal"],
            )
}

// The points of a host lie in the future, or by the same time in the past whenever it is looked at.
clock_skew = () => {
    ahead = 15s // of the clock of InfluxDB's machine: no clock that is kept right is so wrong
    behind = 60.0 // seconds: Telegraf writes every ten
    steady = 30.0 // seconds, between three looks five minutes apart: of a host that is off the last point becomes older

    present = system.time() // now() is that of the run, which is older
    future =
        from(bucket: raw)
            |> range(start: date.add(d: ahead, to: present), stop: date.add(d: 1d, to: present))
            |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.host =~ hosts and r._field == "success")
            |> last()
            |> group(columns: ["host"])
            |> max(column: "_time")
            |> group()
            |> map(fn: (r) => ({r with skew_seconds: float(v: int(v: r._time) - int(v: present)) / 1000000000.0, limit: float(v: int(v: ahead)) / 1000000000.0}))
    past =
        statuses
            |> filter(fn: (r) => r.code == "host_silent" and r._field == "value")
            |> group(columns: ["host"])
            |> reduce(
                identity: {n: 0, least: 1000000000.0, most: 0.0},
                fn: (r, accumulator) => ({
                    n: accumulator.n + 1,
                    least: if r._value < accumulator.least then r._value else accumulator.least,
                    most: if r._value > accumulator.most then r._value else accumulator.most,
                }),
            )
            |> group()
            |> filter(fn: (r) => r.n >= 3 and r.least >= behind and r.most - r.least <= steady)
            |> map(fn: (r) => ({r with skew_seconds: -1.0 * r.least, limit: behind}))

    return
        union(tables: [future, past])
            |> found(
                code: "clock_skew",
                severity: "warning",
                value: (r) => r.skew_seconds,
                limit: (r) => r.limit,
                evidence: ["skew_seconds"],
            )
}

// The card runs with lower clocks than usual, and the driver gives neither heat nor power as the reason.
clocks_lowered = () => {
    clock = 0.75 // of the usual clock: a card in work varies less
    slower = 1.2 // times the usual RTF

    return
        servers_on_cards
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.clock_sm_hz < clock * r.clock_normal_hz and r.rtf >= slower * r.rtf_normal and
                    not is(v: r.thermal_percent >= thermal_often) and
                    not is(v: r.power_percent >= power_often),
            )
            |> map(fn: (r) => ({r with temperature_c: r.temperature_c_max}))
            |> found(
                code: "clocks_lowered",
                severity: "warning",
                value: (r) => r.clock_sm_hz,
                limit: (r) => clock * r.clock_normal_hz,
                evidence: ["clock_sm_hz", "clock_normal_hz", "temperature_c", "power_w", "rtf", "rtf_normal"],
            )
}

// More syntheses run at once than the card can do, and each is slow for it. Beyond that number the
// RTF grows with the number, so it is the present one less what the RTF is too high.
concurrency_cliff = () => {
    more = 1.5 // times the syntheses at once of the usual hours
    several = 2.0 // syntheses at once, in the mean

    return
        servers
            |> filter(
                fn: (r) =>
                    r.slow and r.concurrency_mean >= several and
                    (r.concurrency_mean >= more * r.concurrency_normal or not exists r.concurrency_normal) and
                    not is(v: r.clock_sm_hz < low_clock * r.clock_normal_hz) and
                    not is(v: r.host_cpu_percent >= full) and
                    not is(v: r.at_cpu_limit) and
                    not is(v: r.card_utilization_percent - r.service_sm_percent >= foreign),
            )
            |> map(fn: (r) => ({r with in_flight: r.concurrency_mean, in_flight_knee: r.concurrency_mean * r.usualRTF / r.rtf}))
            |> found(
                code: "concurrency_cliff",
                severity: "warning",
                value: (r) => r.concurrency_mean,
                limit: (r) => r.concurrency_mean * r.usualRTF / r.rtf,
                evidence: ["in_flight", "in_flight_knee", "rtf", "rtf_normal", "first_chunk_seconds", "first_chunk_normal_seconds"],
            )
}

// The model, or a part of it, runs on the processor instead of the card.
cpu_fallback = () => {
    busy = 90.0 // percent of one core: the processor does the work

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.fallen_back and r.service_cpu_percent >= busy,
            )
            |> found(
                code: "cpu_fallback",
                severity: "error",
                value: (r) => r.gpu_utilization_percent,
                limit: (r) => fallback_idle,
                evidence: ["gpu_utilization_percent", "service_cpu_percent", "rtf"],
            )
}

// The server ends shortly after each start, and something starts it again.
crash_loop = () => {
    recent = 10m
    often = 3.0 // starts: a person who restarts it twice is no loop

    return
        told(kinds: /^start$/, within: recent)
            |> filter(fn: (r) => r.number >= often)
            |> map(fn: (r) => ({r with restarts: r.number}))
            |> found(
                code: "crash_loop",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => often,
                evidence: ["restarts"],
            )
}

// The log says that nothing can be written any more.
disk_full = () => {
    recent = 30m // results go on failing, though each is told of only when it is tried

    return
        told(tables: facts |> filter(fn: (r) => r.message =~ /No space left on device|Errno 28\b|Disk quota exceeded/), kinds: /./, within: recent)
            |> found(
                code: "disk_full",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: [],
            )
}

// The library of the NVIDIA driver and its kernel module differ: the driver was updated, the machine
// not restarted.
driver_mismatch = () => {
    long = 20.0 // seconds in the window: two readings

    return
        machines
            |> filter(fn: (r) => r.nvml_state_mismatch_seconds >= long)
            |> found(
                code: "driver_mismatch",
                severity: "error",
                value: (r) => r.nvml_state_mismatch_seconds,
                limit: (r) => long,
                evidence: [],
            )
}

// Streams begin later than they did, while the work takes as long as ever.
first_chunk_grew = () => {
    later = 1.5 // times the usual
    same = 1.2 // times the usual RTF
    alone = 1.5 // syntheses at once: with more, the first chunk waits for the others

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.first_chunk_seconds >= later * r.first_chunk_normal_seconds and
                    r.rtf < same * r.rtf_normal and r.concurrency_mean < alone,
            )
            |> found(
                code: "first_chunk_grew",
                severity: "warning",
                value: (r) => r.first_chunk_seconds,
                limit: (r) => later * r.first_chunk_normal_seconds,
                evidence: ["first_chunk_audio_seconds", "first_chunk_seconds", "first_chunk_normal_seconds"],
            )
}

// The driver does not answer for this card, or with errors only.
gpu_hung = () => {
    long = 20.0 // seconds in the window: two readings

    return
        cards
            |> map(fn: (r) => ({r with seconds: if exists r.state_hung_seconds then r.state_hung_seconds else r.state_failed_seconds}))
            |> filter(fn: (r) => r.seconds >= long)
            |> found(
                code: "gpu_hung",
                severity: "error",
                value: (r) => r.seconds,
                limit: (r) => long,
                evidence: ["seconds"],
            )
}

// The card is no longer there.
gpu_lost = () => {
    return
        cards
            |> filter(
                fn: (r) =>
                    r.state_lost_seconds > 0.0,
            )
            |> map(fn: (r) => ({r with seconds: r.state_lost_seconds}))
            |> found(
                code: "gpu_lost",
                severity: "error",
                value: (r) => r.state_lost_seconds,
                limit: (r) => 0.0,
                evidence: ["seconds"],
            )
}

// The card's memory is nearly full, and not for a moment.
gpu_memory_high = () => {
    full = 90.0 // percent of the card, at each reading of the window: the next long text may not fit

    return
        cards
            |> filter(fn: (r) => 100.0 * r.memory_used_bytes_min >= full * r.memory_total_bytes)
            |> found(
                code: "gpu_memory_high",
                severity: "warning",
                value: (r) => 100.0 * r.memory_used_bytes_min / r.memory_total_bytes,
                limit: (r) => full,
                evidence: ["memory_used_bytes", "memory_total_bytes"],
            )
}

// Other programs hold a large share of the card, or what is missing to a full one.
gpu_memory_neighbour = () => {
    large = 0.3 // of the card
    some = 0.1 // of a card that is nearly full
    nearly_full = 0.9 // of the card: what is missing to the rest others hold

    return
        cards
            |> filter(
                fn: (r) =>
                    r.memory_service_bytes > 0.0 and
                    (r.memory_other_bytes >= large * r.memory_total_bytes or
                    r.memory_other_bytes >= some * r.memory_total_bytes and r.memory_used_bytes >= nearly_full * r.memory_total_bytes),
            )
            |> found(
                code: "gpu_memory_neighbour",
                severity: "warning",
                value: (r) => r.memory_other_bytes,
                limit: (r) => some * r.memory_total_bytes,
                evidence: ["memory_other_bytes", "memory_service_bytes", "memory_total_bytes"],
            )
}

// Single syntheses filled the card nearly up, and gave the memory back.
gpu_memory_peak = () => {
    nearly_full = 0.92 // of the card
    steep = 0.1 // of the card, above the memory at their start
    free = 0.2 // of the card, at its start: with less, it is full for another reason
    back = 0.3 // of that rise, at most, is left at the end

    return
        join(
            tables: {
                a: syntheses |> map(fn: (r) => ({r with rise: r.gpu_memory_peak_bytes - r.gpu_memory_start_bytes})),
                b: machines,
            },
            on: ["host"],
        )
            |> filter(
                fn: (r) =>
                    r.gpu_memory_peak_bytes >= nearly_full * r.card_total_bytes and r.rise >= steep * r.card_total_bytes and
                    r.gpu_memory_start_bytes <= (1.0 - free) * r.card_total_bytes and
                    r.gpu_memory_end_bytes - r.gpu_memory_start_bytes <= back * r.rise,
            )
            |> group(columns: ["host", "instance"])
            |> max(column: "gpu_memory_peak_bytes")
            |> group()
            |> map(fn: (r) => ({r with peak_bytes: r.gpu_memory_peak_bytes, memory_total_bytes: r.card_total_bytes, in_flight: r.concurrency_mean}))
            |> found(
                code: "gpu_memory_peak",
                severity: "warning",
                value: (r) => r.peak_bytes,
                limit: (r) => nearly_full * r.memory_total_bytes,
                evidence: ["peak_bytes", "memory_total_bytes", "characters", "in_flight"],
            )
}

// Memory of the card is held by no process that the driver lists: of one that died, or of another container.
gpu_memory_unowned = () => {
    least = 1073741824.0 // bytes: contexts and the driver hold less
    share = 0.05 // of the card

    return
        cards
            |> filter(
                fn: (r) =>
                    r.memory_unowned_bytes_min >= least and r.memory_unowned_bytes_min >= share * r.memory_total_bytes,
            )
            |> map(fn: (r) => ({r with memory_unowned_bytes: r.memory_unowned_bytes_min}))
            |> found(
                code: "gpu_memory_unowned",
                severity: "warning",
                value: (r) => r.memory_unowned_bytes_min,
                limit: (r) => least,
                evidence: ["memory_unowned_bytes", "memory_total_bytes"],
            )
}

// The server's log says that CUDA is out of memory.
gpu_out_of_memory = () => {
    recent = 10m // as long as a person asks why it failed

    return
        told(kinds: /^(oom)$/, within: recent)
            |> found(
                code: "gpu_out_of_memory",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: ["oom_tried_bytes", "oom_free_bytes", "oom_total_bytes", "oom_allocated_bytes", "oom_reserved_bytes", "oom_other_bytes"],
            )
}

// The card works without a pause.
gpu_utilization_high = () => {
    busy = 90.0 // percent of use, as the mean of the window: one more synthesis slows the others

    return
        cards
            |> filter(fn: (r) => r.utilization_percent >= busy)
            |> map(fn: (r) => ({r with gpu_utilization_percent: r.utilization_percent}))
            |> found(
                code: "gpu_utilization_high",
                severity: "info",
                value: (r) => r.utilization_percent,
                limit: (r) => busy,
                evidence: ["gpu_utilization_percent"],
            )
}

// The driver reported a fault of the card.
gpu_xid = () => {
    recent = 30m // as long as what follows from it may still come

    return
        told(kinds: /^(xid)$/, within: recent)
            |> map(fn: (r) => ({r with xid: float(v: r.code)}))
            |> found(
                code: "gpu_xid",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: ["xid"],
            )
}

// The card waits for one thread of the server that has a core to itself.
host_bound = () => {
    idle = 50.0 // percent of the card's use during syntheses
    core = 95.0 // percent of one core at a tick
    steady = 57.0 // percent of one core as the mean: between syntheses it rests
    slow_at = 0.7 // RTF: a card that is kept busy is below on any that CosyVoice fits on
    several = 250.0 // percent of one core: with more at work it is no single thread
    free = 90.0 // percent of the host's processors at the most: above, threads wait for each other

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.rtf >= slow_at and
                    r.gpu_utilization_percent <= idle and r.hottest_thread_percent_max >= core and r.thread_cpu_percent >= steady and
                    r.host_cpu_percent < free and r.service_cpu_percent < several and
                    not is(v: r.at_cpu_limit) and
                    not is(v: r.fallen_back),
            )
            |> found(
                code: "host_bound",
                severity: "warning",
                value: (r) => r.thread_cpu_percent,
                limit: (r) => core,
                evidence: ["gpu_utilization_percent", "thread_cpu_percent", "host_cpu_percent", "rtf"],
            )
}

// The processors of the host are full, and syntheses take longer than usual.
host_cpu_contention = () => {
    dip = 80.0 // percent at any tick: a processor that is free now and then leaves no queue

    return
        servers
            |> filter(
                fn: (r) =>
                    r.slow and r.host_cpu_percent >= full and r.host_cpu_lowest_percent >= dip and
                    not is(v: r.at_cpu_limit),
            )
            |> found(
                code: "host_cpu_contention",
                severity: "warning",
                value: (r) => r.host_cpu_percent,
                limit: (r) => full,
                evidence: ["host_cpu_percent", "service_cpu_percent", "rtf", "rtf_normal", "in_flight"],
            )
}

// The kernel ended the server, or a part of it, since the host or the container had no memory left.
host_out_of_memory = () => {
    recent = 10m

    return
        union(
            tables: [
                told(kinds: /^killed$/, within: recent),
                told(tables: facts |> filter(fn: (r) => r.reason == "oom_killed"), kinds: /^exit$/, within: recent),
                servers
                    |> filter(fn: (r) => r.cgroup_oom_kills_total_increase > 0.0)
                    |> map(fn: (r) => ({r with number: r.cgroup_oom_kills_total_increase})),
            ],
        )
            |> group(columns: ["host", "instance"])
            |> max(column: "number")
            |> group()
            |> map(fn: (r) => ({r with oom_kills: r.number}))
            |> found(
                code: "host_out_of_memory",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: ["oom_kills"],
            )
}

// Lines of the log are read while the card works for the server, and none of them tells anything.
log_format_unknown = () => {
    some = 20.0 // lines in the window
    busy = 20.0 // percent of use: the server is at work

    return
        join(tables: {a: servers |> filter(fn: (r) => r.service_sm_percent >= busy), b: logs}, on: ["host"])
            |> filter(fn: (r) => r.log_lines_total_increase >= some and r.log_lines_understood_total_increase == 0.0)
            |> map(fn: (r) => ({r with log_lines: r.log_lines_total_increase, log_lines_understood: r.log_lines_understood_total_increase}))
            |> found(
                code: "log_format_unknown",
                severity: "warning",
                value: (r) => r.log_lines,
                limit: (r) => some,
                evidence: ["log_lines", "log_lines_understood"],
            )
}

// A server runs, and its log is not read, or the reading stays behind.
log_unreadable = () => {
    behind = 10485760.0 // bytes at each reading of the window: seconds of the busiest log

    return
        union(
            tables: [
                join(tables: {a: servers |> filter(fn: (r) => r.up_sum > 0.0 and r.up_sum == r.up_count), b: logs}, on: ["host"])
                    |> filter(fn: (r) => r.log_files_max == 0.0)
                    |> map(fn: (r) => ({r with value: 0.0, limit: 1.0})),
                logs
                    |> filter(fn: (r) => r.log_lag_bytes_min >= behind)
                    |> map(fn: (r) => ({r with value: r.log_lag_bytes_min, limit: behind})),
            ],
        )
            |> map(fn: (r) => ({r with log_files: r.log_files_max, log_lag_bytes: r.log_lag_bytes_min}))
            |> found(
                code: "log_unreadable",
                severity: "warning",
                value: (r) => r.value,
                limit: (r) => r.limit,
                evidence: ["log_lag_bytes", "log_files"],
            )
}

// The server ended while it loaded its model, or started without a part of it.
model_load_failed = () => {
    recent = 10m

    return
        union(
            tables: [
                told(kinds: /^frontend_missing$/, within: recent),
                told(
                    tables: facts |> filter(fn: (r) => r.last_state == "starting" and r.reason != "stopped" and r.reason != "killed" and r.reason != "oom_killed"),
                    kinds: /^exit$/,
                    within: recent,
                ),
            ],
        )
            |> found(
                code: "model_load_failed",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: [],
            )
}

// A host that is expected has not been heard of. How long that takes "cosyvoice health" says.
no_data = () =>
    watched
        |> filter(fn: (r) => r.code == "host_silent" and r._level == "crit")
        |> map(fn: (r) => ({r with silent_seconds: r.value}))
        |> found(
            code: "no_data",
            severity: "error",
            value: (r) => r.value,
            limit: (r) => r.limit,
            evidence: ["silent_seconds"],
        )

// Another program works on the card, and syntheses take longer than usual.
noisy_neighbour = () => {
    return
        servers_on_cards
            |> filter(
                fn: (r) =>
                    r.slow and r.utilization_percent - r.service_sm_percent >= foreign and r.memory_other_bytes > 0.0,
            )
            |> map(fn: (r) => ({r with gpu_utilization_percent: r.utilization_percent}))
            |> found(
                code: "noisy_neighbour",
                severity: "warning",
                value: (r) => r.utilization_percent - r.service_sm_percent,
                limit: (r) => foreign,
                evidence: ["gpu_utilization_percent", "service_sm_percent", "memory_other_bytes", "rtf", "rtf_normal"],
            )
}

// The log says that more requests came than the server takes.
queue_full = () => {
    recent = 10m // as long as a person asks why it failed

    return
        told(kinds: /^(queue_full)$/, within: recent)
            |> found(
                code: "queue_full",
                severity: "warning",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: [],
            )
}

// A synthesis hands out far more audio than its text takes, or runs on with a busy card.
runaway_generation = () => {
    slowest = 2.0 // characters a second of audio: slow Chinese speech has three, and at the end of its patience the model has 1.2 to 1.9
    long = 20.0 // seconds of audio: in a short one, pauses may be half of it
    busy = stuckAfter // percent of the card's use

    return
        union(
            tables: [
                syntheses
                    |> filter(fn: (r) => r.characters_per_audio_second <= slowest and r.audio_seconds >= long)
                    |> group(columns: ["host", "instance"])
                    |> min(column: "characters_per_audio_second")
                    |> group()
                    |> map(fn: (r) => ({r with value: r.characters_per_audio_second, limit: slowest})),
                servers
                    |> filter(fn: (r) => r.in_flight_stuck_max >= 1.0 and r.lately_gpu_utilization_percent_min >= busy)
                    |> map(
                        fn: (r) => ({r with
                            oldest_in_flight_seconds: r.oldest_in_flight_seconds_max,
                            gpu_utilization_percent: r.card_lately_percent,
                            value: r.oldest_in_flight_seconds_max,
                            limit: stuckAfter,
                        }),
                    ),
            ],
        )
            |> group(columns: ["host", "instance"])
            |> first(column: "value")
            |> group()
            |> found(
                code: "runaway_generation",
                severity: "warning",
                value: (r) => r.value,
                limit: (r) => r.limit,
                evidence: ["characters_per_audio_second", "audio_seconds", "characters", "oldest_in_flight_seconds", "gpu_utilization_percent"],
            )
}

// A CUDA error after which nothing goes well: the server's context is broken until it is restarted.
sticky_cuda_error = () => {
    recent = 1h

    news =
        union(
            tables: [
                facts
                    |> filter(fn: (r) => r.kind == "cuda_error" or r.kind == "start" or r.kind == "exit")
                    |> keep(columns: ["host", "instance", "_time", "kind"]),
                steady
                    |> map(fn: (r) => ({r with kind: "well"}))
                    |> keep(columns: ["host", "instance", "_time", "kind"]),
            ],
        )

    return
        told(tables: news |> newest(), kinds: /^cuda_error$/, within: recent)
            |> found(
                code: "sticky_cuda_error",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: [],
            )
}

// A synthesis makes no progress, and nothing works on it.
stuck_dead_thread = () => {
    idle = 10.0 // percent of the card's use

    return
        servers
            |> filter(
                fn: (r) =>
                    r.in_flight_stuck_max >= 1.0 and r.card_lately_percent < idle,
            )
            |> map(fn: (r) => ({r with oldest_in_flight_seconds: r.oldest_in_flight_seconds_max, in_flight_stuck: r.in_flight_stuck_max, gpu_utilization_percent: r.card_lately_percent}))
            |> found(
                code: "stuck_dead_thread",
                severity: "error",
                value: (r) => r.oldest_in_flight_seconds_max,
                limit: (r) => stuckAfter,
                evidence: ["oldest_in_flight_seconds", "in_flight_stuck", "gpu_utilization_percent"],
            )
}

// A task in InfluxDB fails, or windows of the history are missing. "cosyvoice health" tells.
task_failing = () =>
    watched
        |> filter(fn: (r) => r._level != "ok" and (r.code == "tasks_failing" or r.code == "minutes_late" or r.code == "hours_late"))
        |> group()
        |> first(column: "value")
        |> found(
            code: "task_failing",
            severity: "warning",
            value: (r) => r.value,
            limit: (r) => r.limit,
            evidence: [],
        )

// The card slows itself down at its power limit, and syntheses take longer than usual. Without the
// second this is how every busy card is.
throttle_power = () => {
    limit = 0.9 // of the power limit

    return
        servers_on_cards
            |> filter(
                fn: (r) =>
                    r.slow and r.power_percent >= power_often and r.power_w_max >= limit * r.power_limit_w and
                    r.clock_sm_hz < low_clock * r.clock_normal_hz and
                    not is(v: r.thermal_percent >= thermal_often),
            )
            |> map(fn: (r) => ({r with throttled_percent: r.power_percent}))
            |> found(
                code: "throttle_power",
                severity: "info",
                value: (r) => r.power_percent,
                limit: (r) => power_often,
                evidence: ["power_w", "power_limit_w", "clock_sm_hz", "clock_normal_hz", "throttled_percent", "rtf", "rtf_normal"],
            )
}

// The card slows itself down for its heat while it works.
throttle_thermal = () => {
    busy = 20.0 // percent of use

    return
        cards
            |> filter(
                fn: (r) =>
                    r.thermal_percent >= thermal_often and r.utilization_percent >= busy,
            )
            |> map(fn: (r) => ({r with temperature_c: r.temperature_c_max, throttled_percent: r.thermal_percent}))
            |> found(
                code: "throttle_thermal",
                severity: "warning",
                value: (r) => r.thermal_percent,
                limit: (r) => thermal_often,
                evidence: ["temperature_c", "clock_sm_hz", "throttled_percent"],
            )
}

// Only the first syntheses after a start are slow.
warm_up = () => {
    soon = 1800.0 // seconds after the start

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses_warm >= 1.0 and r.warm_rtf >= r.usualRTF and r.uptime_seconds_min < soon and
                    not r.slow,
            )
            |> map(fn: (r) => ({r with rtf: r.warm_rtf, seconds_since_start: r.uptime_seconds_max}))
            |> found(
                code: "warm_up",
                severity: "info",
                value: (r) => r.warm_rtf,
                limit: (r) => r.usualRTF,
                evidence: ["rtf", "rtf_normal", "seconds_since_start"],
            )
}

findings =
    union(
        tables: [
            cgroup_cpu_limit(),
            clock_skew(),
            clocks_lowered(),
            concurrency_cliff(),
            cpu_fallback(),
            crash_loop(),
            disk_full(),
            driver_mismatch(),
            first_chunk_grew(),
            gpu_hung(),
            gpu_lost(),
            gpu_memory_high(),
            gpu_memory_neighbour(),
            gpu_memory_peak(),
            gpu_memory_unowned(),
            gpu_out_of_memory(),
            gpu_utilization_high(),
            gpu_xid(),
            host_bound(),
            host_cpu_contention(),
            host_out_of_memory(),
            log_format_unknown(),
            log_unreadable(),
            model_load_failed(),
            no_data(),
            noisy_neighbour(),
            queue_full(),
            runaway_generation(),
            sticky_cuda_error(),
            stuck_dead_thread(),
            task_failing(),
            throttle_power(),
            throttle_thermal(),
            warm_up(),
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
            group: "minutes",
            service: "cosyvoice3",
        }),
    )
    |> to(bucket: events, tagColumns: ["group", "service"])
