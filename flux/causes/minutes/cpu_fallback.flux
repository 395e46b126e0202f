// The model, or a part of it, runs on the processor instead of the card.
cpu_fallback = () => {
    idle = 15.0 // percent of the card's use during syntheses
    slowAt = 1.5 // RTF

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.gpu_utilization_percent <= idle and r.rtf >= slowAt and r.service_cpu_percent >= 90.0,
            )
            |> found(
                code: "cpu_fallback",
                severity: "error",
                value: (r) => r.gpu_utilization_percent,
                limit: (r) => idle,
                evidence: ["gpu_utilization_percent", "service_cpu_percent", "rtf"],
            )
}
