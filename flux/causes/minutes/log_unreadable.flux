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
