// The card runs with lower clocks than usual, and the driver gives neither heat nor power as the reason.
clocks_lowered = () => {
    clock = 0.75 // of the usual clock: a card in work varies less
    slower = 1.2 // times the usual RTF

    return
        servers_on_cards
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.clock_sm_hz < clock * r.clock_normal_hz and r.rtf >= slower * r.rtf_normal and
                    not is(v: r.thermal_percent >= thermal_often) and
                    not is(v: r.power_percent >= power_often),
            )
            |> map(fn: (r) => ({r with temperature_c: r.temperature_c_max}))
            |> found(
                code: "clocks_lowered",
                severity: "warning",
                value: (r) => r.clock_sm_hz,
                limit: (r) => clock * r.clock_normal_hz,
                evidence: ["clock_sm_hz", "clock_normal_hz", "temperature_c", "power_w", "rtf", "rtf_normal"],
            )
}
