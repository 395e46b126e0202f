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
