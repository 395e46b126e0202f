// A synthesis hands out far more audio than its text takes, or runs on with a busy card.
runaway_generation = () => {
    slowest = 2.0 // characters a second of audio: slow Chinese speech has three, and at the end of its patience the model has 1.2 to 1.9
    long = 20.0 // seconds of audio: in a short one, pauses may be half of it
    busy = stuckAfter // percent of the card's use

    return
        union(
            tables: [
                syntheses
                    |> filter(fn: (r) => r.characters_per_audio_second <= slowest and r.audio_seconds >= long)
                    |> group(columns: ["host", "instance"])
                    |> min(column: "characters_per_audio_second")
                    |> group()
                    |> map(fn: (r) => ({r with value: r.characters_per_audio_second, limit: slowest})),
                servers
                    |> filter(fn: (r) => r.in_flight_stuck_max >= 1.0 and r.lately_gpu_utilization_percent_min >= busy)
                    |> map(
                        fn: (r) => ({r with
                            oldest_in_flight_seconds: r.oldest_in_flight_seconds_max,
                            gpu_utilization_percent: r.card_lately_percent,
                            value: r.oldest_in_flight_seconds_max,
                            limit: stuckAfter,
                        }),
                    ),
            ],
        )
            |> group(columns: ["host", "instance"])
            |> first(column: "value")
            |> group()
            |> found(
                code: "runaway_generation",
                severity: "warning",
                value: (r) => r.value,
                limit: (r) => r.limit,
                evidence: ["characters_per_audio_second", "audio_seconds", "characters", "oldest_in_flight_seconds", "gpu_utilization_percent"],
            )
}
