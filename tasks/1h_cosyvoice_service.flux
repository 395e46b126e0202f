// cosyvoice_service in windows of an hour, from those of a minute.
//
// Each hour the whole hours since two before the one that was written last are computed anew:
// minutes may still change after their hour, and nothing is missed after a time in which no
// task ran. Whatever is computed twice is written over.
import "date"

option task = {name: "cosyvoice 1h cosyvoice_service", every: 1h, offset: 2m3s}

minutes = "performance_monitor_1m"
tier = "performance_monitor_1h"
late = 2h
retention = 90d

stop = date.truncate(t: now(), unit: 1h)
oldest = date.truncate(t: date.sub(from: stop, d: retention), unit: 1h)

written =
    from(bucket: tier)
        |> range(start: oldest, stop: stop)
        |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r._field == "up_count")
        |> group()
        |> last()
        |> findColumn(fn: (key) => true, column: "_time")
start = if length(arr: written) == 0 then oldest else date.sub(from: written[0], d: late)

points = () => from(bucket: minutes) |> range(start: start, stop: stop) |> filter(fn: (r) => r._measurement == "cosyvoice_service")

points()
    |> filter(fn: (r) => r._field =~ /_(sum|count|increase|seconds)$/)
    |> aggregateWindow(every: 1h, fn: sum, createEmpty: false, timeSrc: "_start")
    |> to(bucket: tier)
points()
    |> filter(fn: (r) => r._field =~ /_min$/)
    |> aggregateWindow(every: 1h, fn: min, createEmpty: false, timeSrc: "_start")
    |> to(bucket: tier)
points()
    |> filter(fn: (r) => r._field =~ /_max$/)
    |> aggregateWindow(every: 1h, fn: max, createEmpty: false, timeSrc: "_start")
    |> to(bucket: tier)
points()
    |> filter(fn: (r) => r._field =~ /_last$/)
    |> aggregateWindow(every: 1h, fn: last, createEmpty: false, timeSrc: "_start")
    |> to(bucket: tier)
