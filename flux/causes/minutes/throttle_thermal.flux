// The card slows itself down for its heat while it works.
throttle_thermal = () => {
    busy = 20.0 // percent of use

    return
        cards
            |> filter(
                fn: (r) =>
                    r.thermal_percent >= thermal_often and r.utilization_percent >= busy,
            )
            |> map(fn: (r) => ({r with temperature_c: r.temperature_c_max, throttled_percent: r.thermal_percent}))
            |> found(
                code: "throttle_thermal",
                severity: "warning",
                value: (r) => r.thermal_percent,
                limit: (r) => thermal_often,
                evidence: ["temperature_c", "clock_sm_hz", "throttled_percent"],
            )
}
