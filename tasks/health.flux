// Watches over the history: failing tasks, tiers that stay behind, silent hosts, new series.
//
// Each run writes a status for each of these to the bucket _monitoring, where InfluxDB keeps those of
// its own checks; "cosyvoicectl tasks" shows those that are not ok. A status has the tags code and
// host, the fields value, limit and detail, and the level ok, warn or crit:
//
// tasks_failing: tasks of which a run failed and none has gone well since; detail is their names
// minutes_late, hours_late: seconds by which the newest windows are behind the points that they
// should hold; detail is the measurement
// host_silent: seconds since the plugin of a host was heard. Each host of the last 30d is asked
// for, until "cosyvoicectl forget" says that it will not come back
// series_growing: series with points in the last day; the limit is twice as many as a week before,
// and some more
import "array"
import "date"
import "influxdata/influxdb"
import "influxdata/influxdb/monitor"
import "strings"

option task = {name: "cosyvoice health", every: 5m, offset: 50s}

silentAfter = 5m
lateAfter = 15m // beyond the end of a window
newSeries = 1000

raw = "performance_monitor"
events = "performance_monitor_events"
minutes = "performance_monitor_1m"
hours = "performance_monitor_1h"

ago = (d) => date.sub(d: d, from: now())
read = (bucket, since, until=now()) => from(bucket: bucket) |> range(start: ago(d: since), stop: until)
windows = (tier, since, until=now()) => read(bucket: tier, since: since, until: until) |> filter(fn: (r) => r._field == "points_count")

heard = (tables=<-, of="heard") =>
    tables
        |> group(columns: ["host"])
        |> last()
        |> map(fn: (r) => ({host: r.host, of: of, _value: int(v: r._time)}))
hosts = (tables=<-) => tables |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.collector == "plugin") |> heard()

// inventory are the hosts of the last 30d that were not forgotten since they were heard: a row
// for each, with when that was, in nanoseconds.
inventory =
    union(
        tables: [
            windows(tier: hours, since: 30d) |> hosts(),
            read(bucket: raw, since: 30d) |> filter(fn: (r) => r._field == "success") |> hosts(),
            read(bucket: events, since: 30d)
                |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r.kind == "forgotten" and r._field == "message")
                |> heard(of: "forgotten"),
        ],
    )
        |> group(columns: ["host", "of"])
        |> max()
        |> group()
        |> pivot(rowKey: ["host"], columnKey: ["of"], valueColumn: "_value")
        |> filter(fn: (r) => exists r.heard and (not exists r.forgotten or r.heard > r.forgotten))

column = (tables=<-, name) => tables |> findColumn(fn: (key) => true, column: name)
seconds = (ns) => float(v: ns) / 1000000000.0

runs = (status) =>
    read(bucket: "_tasks", since: 3h)
        |> filter(fn: (r) => r._measurement == "runs" and r._field == "name" and r.status == status)
        |> filter(fn: (r) => r._value =~ /^cosyvoice (1m|1h|repair|causes|checks|alerts)/)
        |> group(columns: ["taskID"])
        |> last()
        |> map(fn: (r) => ({name: r._value, status: r.status, at: r._time}))
failing =
    union(tables: [runs(status: "success"), runs(status: "failed")])
        |> group(columns: ["name"])
        |> sort(columns: ["at"])
        |> last(column: "status")
        |> group()
        |> filter(fn: (r) => r.status == "failed")
        |> column(name: "name")

// newest is the time of the last point of each measurement.
newest = (tables=<-, of) =>
    tables
        |> group(columns: ["_measurement"])
        |> last()
        |> map(fn: (r) => ({measurement: r._measurement, of: of, _value: int(v: r._time)}))

// behind is the measurement whose windows are the furthest behind what is due.
behind = (due, done, unit, since) =>
    union(tables: array.concat(arr: due, v: [done |> newest(of: "done")]))
        |> group()
        |> pivot(rowKey: ["measurement"], columnKey: ["of"], valueColumn: "_value")
        |> filter(fn: (r) => exists r.due)
        |> map(
            fn: (r) => {
                end = if exists r.done then r.done + int(v: unit) else int(v: ago(d: since))

                return {measurement: r.measurement, seconds: seconds(ns: r.due - end)}
            },
        )
        |> sort(columns: ["seconds"], desc: true)
        |> limit(n: 1)
minutesBehind =
    behind(
        due: [
            read(bucket: raw, since: 6h, until: ago(d: lateAfter))
                |> filter(
                    fn: (r) =>
                        r._measurement == "system_metrics" and r._field == "load1" or
                        r._measurement == "cosyvoice_service" and r._field == "up" or
                        r._measurement == "cosyvoice_process" and r._field == "count" or
                        r._measurement == "cosyvoice_gpu" and r._field == "index" or
                        r._measurement == "cosyvoice_model" and r._field == "requests_success_total" or
                        r._measurement == "cosyvoice_agent" and r._field == "success",
                )
                |> newest(of: "due"),
            read(bucket: events, since: 6h, until: ago(d: lateAfter))
                |> filter(
                    fn: (r) =>
                        r._measurement == "cosyvoice_synthesis" and r._field == "request_id" or
                        r._measurement == "cosyvoice_event" and r._field == "message",
                )
                |> newest(of: "due"),
        ],
        done: windows(tier: minutes, since: 6h),
        unit: 1m,
        since: 6h,
    )

// A run that was missed, since InfluxDB was away at the full hour, is made up at the next one.
hoursBehind =
    behind(
        due: [windows(tier: minutes, since: 3d, until: date.sub(d: 1h, from: date.truncate(t: ago(d: lateAfter), unit: 1h))) |> newest(of: "due")],
        done: windows(tier: hours, since: 3d),
        unit: 1h,
        since: 3d,
    )

silences =
    inventory
        |> map(
            fn: (r) => {
                value = seconds(ns: int(v: now()) - r.heard)
                limit = seconds(ns: int(v: silentAfter))

                return {
                    code: "host_silent",
                    host: r.host,
                    value: value,
                    limit: limit,
                    level: if value > limit then "crit" else "ok",
                    detail: "",
                }
            },
        )

series = (start, stop) =>
    union(tables: [influxdb.cardinality(bucket: raw, start: start, stop: stop), influxdb.cardinality(bucket: events, start: start, stop: stop)])
        |> group()
        |> sum()
        |> column(name: "_value")
seriesNow = series(start: ago(d: 1d), stop: now())[0]
seriesBefore = series(start: ago(d: 8d), stop: ago(d: 7d))[0]

single = (code, value, limit, level, detail="") => ({
    code: code,
    host: "",
    value: value,
    limit: limit,
    level: if value > limit then level else "ok",
    detail: detail,
})
late = (code, tables, allowed) => {
    lag = tables |> column(name: "seconds")
    of = tables |> column(name: "measurement")
    limit = seconds(ns: allowed)
    value = if length(arr: lag) == 0 then 0.0 else lag[0] + limit

    return single(
        code: code,
        value: if value < 0.0 then 0.0 else value,
        limit: limit,
        level: "warn",
        detail: if length(arr: of) == 0 then "" else of[0],
    )
}

union(
    tables: [
        silences,
        array.from(
            rows: [
                single(code: "tasks_failing", value: float(v: length(arr: failing)), limit: 0.0, level: "crit", detail: strings.joinStr(arr: failing, v: ", ")),
                late(code: "minutes_late", tables: minutesBehind, allowed: int(v: lateAfter)),
                late(code: "hours_late", tables: hoursBehind, allowed: int(v: lateAfter) + int(v: 1h)),
                single(
                    code: "series_growing",
                    value: float(v: seriesNow),
                    limit: float(v: if seriesBefore == 0 then seriesNow else seriesBefore * 2 + newSeries),
                    level: "warn",
                ),
            ],
        ),
    ],
)
    |> map(fn: (r) => ({r with _measurement: "cosyvoice_history", _time: now()}))
    |> group(columns: ["_measurement", "code", "host"])
    |> monitor.check(
        data: {_check_id: "c05e000000000001", _check_name: "cosyvoice health", _type: "custom", tags: {service: "cosyvoice3"}},
        messageFn: (r) => r.code + (if r.host == "" then "" else " " + r.host) + (if r.detail == "" then "" else ": " + r.detail),
        crit: (r) => r.level == "crit",
        warn: (r) => r.level == "warn",
    )
