// The model, or a part of it, runs on the processor instead of the card.
cpu_fallback = () => {
    busy = 90.0 // percent of one core: the processor does the work

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.fallen_back and r.service_cpu_percent >= busy,
            )
            |> found(
                code: "cpu_fallback",
                severity: "error",
                value: (r) => r.gpu_utilization_percent,
                limit: (r) => fallback_idle,
                evidence: ["gpu_utilization_percent", "service_cpu_percent", "rtf"],
            )
}
