// The lowest GPU memory of a server rises from synthesis to synthesis, and does not stop.
gpu_memory_leak = () => {
    least = 268435456.0 // bytes: libraries take less at their first uses
    share = 0.05 // of the card: the caches of a server that gets to know longer texts take less
    many = 20.0 // syntheses

    return
        growth
            |> filter(fn: (r) => r.memory == "gpu" and r.done >= many)
            |> steadily(least: least, share: share, total: (r) => r.memory_total_bytes)
            |> once()
            |> unless(others: abandoned_generators())
            |> map(
                fn: (r) => ({r with
                    syntheses: r.done,
                    rise_bytes_per_synthesis: r.rise_bytes / r.done,
                    seconds_to_full: 3600.0 * (r.memory_total_bytes - r.memory_used_bytes) / r.rise_bytes_per_hour,
                }),
            )
            |> found(
                code: "gpu_memory_leak",
                severity: "warning",
                value: (r) => r.rise_bytes_per_hour,
                limit: (r) => share * r.memory_total_bytes,
                evidence: ["memory_used_bytes", "memory_total_bytes", "rise_bytes_per_synthesis", "rise_bytes_per_hour", "syntheses", "fit", "seconds_to_full"],
            )
}
