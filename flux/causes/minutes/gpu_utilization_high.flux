// The card works without a pause.
gpu_utilization_high = () =>
    cards
        |> filter(fn: (r) => r.utilization_percent >= gpuUtilizationPercent)
        |> map(fn: (r) => ({r with gpu_utilization_percent: r.utilization_percent}))
        |> found(
            code: "gpu_utilization_high",
            severity: "info",
            value: (r) => r.utilization_percent,
            limit: (r) => gpuUtilizationPercent,
            evidence: ["gpu_utilization_percent"],
        )
