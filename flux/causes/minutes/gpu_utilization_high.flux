// The card works without a pause.
gpu_utilization_high = () => {
    busy = 90.0 // percent of use, as the mean of the window: one more synthesis slows the others

    return
        cards
            |> filter(fn: (r) => r.utilization_percent >= busy)
            |> map(fn: (r) => ({r with gpu_utilization_percent: r.utilization_percent}))
            |> found(
                code: "gpu_utilization_high",
                severity: "info",
                value: (r) => r.utilization_percent,
                limit: (r) => busy,
                evidence: ["gpu_utilization_percent"],
            )
}
