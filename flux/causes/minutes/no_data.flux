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
