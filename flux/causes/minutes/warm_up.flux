// Only the first syntheses after a start are slow.
warm_up = () => {
    soon = 1800.0 // seconds after the start

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses_warm >= 1.0 and r.warm_rtf >= r.usualRTF and r.uptime_seconds_min < soon and
                    not r.slow,
            )
            |> map(fn: (r) => ({r with rtf: r.warm_rtf, seconds_since_start: r.uptime_seconds_max}))
            |> found(
                code: "warm_up",
                severity: "info",
                value: (r) => r.warm_rtf,
                limit: (r) => r.usualRTF,
                evidence: ["rtf", "rtf_normal", "seconds_since_start"],
            )
}
