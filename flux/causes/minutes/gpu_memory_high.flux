// The card's memory is nearly full, and not for a moment.
gpu_memory_high = () =>
    cards
        |> filter(fn: (r) => 100.0 * r.memory_used_bytes_min >= gpuMemoryPercent * r.memory_total_bytes)
        |> found(
            code: "gpu_memory_high",
            severity: "warning",
            value: (r) => 100.0 * r.memory_used_bytes_min / r.memory_total_bytes,
            limit: (r) => gpuMemoryPercent,
            evidence: ["memory_used_bytes", "memory_total_bytes"],
        )
