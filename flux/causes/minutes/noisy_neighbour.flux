// Another program works on the card, and syntheses take longer than usual.
noisy_neighbour = () => {
    return
        servers_on_cards
            |> filter(
                fn: (r) =>
                    r.slow and r.utilization_percent - r.service_sm_percent >= foreign and r.memory_other_bytes > 0.0,
            )
            |> map(fn: (r) => ({r with gpu_utilization_percent: r.utilization_percent}))
            |> found(
                code: "noisy_neighbour",
                severity: "warning",
                value: (r) => r.utilization_percent - r.service_sm_percent,
                limit: (r) => foreign,
                evidence: ["gpu_utilization_percent", "service_sm_percent", "memory_other_bytes", "rtf", "rtf_normal"],
            )
}
