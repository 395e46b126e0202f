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
