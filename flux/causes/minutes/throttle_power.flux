// The card slows itself down at its power limit, and syntheses take longer than usual. Without the
// second this is how every busy card is.
throttle_power = () => {
    limit = 0.9 // of the power limit

    return
        servers_on_cards
            |> filter(
                fn: (r) =>
                    r.slow and r.power_percent >= power_often and r.power_w_max >= limit * r.power_limit_w and
                    r.clock_sm_hz < low_clock * r.clock_normal_hz and
                    not is(v: r.thermal_percent >= thermal_often),
            )
            |> map(fn: (r) => ({r with throttled_percent: r.power_percent}))
            |> found(
                code: "throttle_power",
                severity: "info",
                value: (r) => r.power_percent,
                limit: (r) => power_often,
                evidence: ["power_w", "power_limit_w", "clock_sm_hz", "clock_normal_hz", "throttled_percent", "rtf", "rtf_normal"],
            )
}
