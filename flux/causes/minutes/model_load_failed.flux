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
