// Writes a status for each cause that is there, and for fifteen minutes after it is over, to the bucket
// _monitoring, where InfluxDB keeps those of its own checks: with the level crit, warn, info or ok.
import "date"
import "influxdata/influxdb/monitor"

option task = {name: "cosyvoice checks", every: 1m, offset: 65s}

events = "performance_monitor_events"

raised = [{codes: /^(cgroup_cpu_limit|clock_skew|clocks_lowered|concurrency_cliff|cpu_fallback|crash_loop|disk_full|driver_mismatch|first_chunk_grew|gpu_hung|gpu_lost|gpu_memory_high|gpu_memory_neighbour|gpu_memory_peak|gpu_memory_unowned|gpu_out_of_memory|gpu_utilization_high|gpu_xid|host_bound|host_cpu_contention|host_out_of_memory|log_format_unknown|log_unreadable|model_load_failed|no_data|noisy_neighbour|queue_full|runaway_generation|sticky_cuda_error|stuck_dead_thread|task_failing|throttle_power|throttle_thermal|warm_up)$/, hold: 2m}, {codes: /^(abandoned_generators|gpu_allocator_cache|gpu_memory_configured|gpu_memory_lazy|gpu_memory_leak|host_memory_growth)$/, hold: 14m}]
at = date.truncate(t: now(), unit: 1m)

// A cause is there until it was not found for a while, so that one which comes and goes is told once;
// for fifteen minutes more it is told that it is over.
over = 15m
of = (tables=<-) =>
    tables
        |> map(
            fn: (r) => ({r with
                instance: if exists r.instance then r.instance else "",
                uuid: if exists r.uuid then r.uuid else "",
            }),
        )
        |> group(columns: ["host", "instance", "uuid", "code", "severity"])
alerts = (kind) => {
    points =
        from(bucket: events)
            |> range(start: date.sub(d: over, from: date.sub(d: kind.hold, from: at)), stop: date.add(d: 1m, to: at))
            |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r.code =~ kind.codes)
            |> drop(columns: ["_start", "_stop"])

    return
        points
            |> last()
            |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
            |> of()
            |> sort(columns: ["_time"])
            |> last(column: "_time")
            |> group()
            |> map(fn: (r) => ({r with firing: int(v: at) - int(v: r._time) <= int(v: kind.hold), hold: int(v: kind.hold)}))
}
all = union(tables: [alerts(kind: raised[0]), alerts(kind: raised[1])])

all
    |> map(
        fn: (r) => ({
            _time: at,
            host: r.host,
            instance: r.instance,
            uuid: r.uuid,
            code: r.code,
            severity: r.severity,
            value: r.value,
            limit: r.limit,
            since: r.since,
            firing: r.firing,
            _measurement: "cosyvoice_diagnosis",
        }),
    )
    |> group(columns: ["_measurement", "host", "instance", "uuid", "code"])
    |> monitor.check(
        data: {_check_id: "c05e000000000002", _check_name: "cosyvoice checks", _type: "custom", tags: {service: "cosyvoice3"}},
        messageFn: (r) => r.code + " " + r.host + (if r.firing then "" else ": over"),
        crit: (r) => r.firing and r.severity == "error",
        warn: (r) => r.firing and r.severity == "warning",
        info: (r) => r.firing and r.severity == "info",
    )
