// The card's memory is nearly full, and not for a moment.
gpu_memory_high = () => {
    full = 90.0 // percent of the card, at each reading of the window: the next long text may not fit

    return
        cards
            |> filter(fn: (r) => 100.0 * r.memory_used_bytes_min >= full * r.memory_total_bytes)
            |> found(
                code: "gpu_memory_high",
                severity: "warning",
                value: (r) => 100.0 * r.memory_used_bytes_min / r.memory_total_bytes,
                limit: (r) => full,
                evidence: ["memory_used_bytes", "memory_total_bytes"],
            )
}
