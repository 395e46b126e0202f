// Single syntheses filled the card nearly up, and gave the memory back.
gpu_memory_peak = () => {
    nearly_full = 0.92 // of the card
    steep = 0.1 // of the card, above the memory at their start
    free = 0.2 // of the card, at its start: with less, it is full for another reason
    back = 0.3 // of that rise, at most, is left at the end

    return
        join(
            tables: {
                a: syntheses |> map(fn: (r) => ({r with rise: r.gpu_memory_peak_bytes - r.gpu_memory_start_bytes})),
                b: machines,
            },
            on: ["host"],
        )
            |> filter(
                fn: (r) =>
                    r.gpu_memory_peak_bytes >= nearly_full * r.card_total_bytes and r.rise >= steep * r.card_total_bytes and
                    r.gpu_memory_start_bytes <= (1.0 - free) * r.card_total_bytes and
                    r.gpu_memory_end_bytes - r.gpu_memory_start_bytes <= back * r.rise,
            )
            |> group(columns: ["host", "instance"])
            |> max(column: "gpu_memory_peak_bytes")
            |> group()
            |> map(fn: (r) => ({r with peak_bytes: r.gpu_memory_peak_bytes, memory_total_bytes: r.card_total_bytes, in_flight: r.concurrency_mean}))
            |> found(
                code: "gpu_memory_peak",
                severity: "warning",
                value: (r) => r.peak_bytes,
                limit: (r) => nearly_full * r.memory_total_bytes,
                evidence: ["peak_bytes", "memory_total_bytes", "characters", "in_flight"],
            )
}
