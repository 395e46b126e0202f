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
