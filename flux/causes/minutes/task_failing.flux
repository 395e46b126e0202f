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
