// A server holds much of the card, more than after its start, and it does not become more.
gpu_allocator_cache = () => {
    much = 0.6 // of the card
    grown = 1.25 // times the memory after the start
    flat = 0.03 // of the card, between the second and the last third of the time
    long = 3600.0 // seconds without a step

    return
        growth
            |> filter(
                fn: (r) =>
                    r.memory == "gpu" and r.whole and r.still >= long and r.last >= much * r.memory_total_bytes and
                    r.last >= grown * r.first and r.late < flat * r.memory_total_bytes and r.late < goes_on * (r.early + r.late),
            )
            |> once()
            |> unless(others: failed)
            |> map(fn: (r) => ({r with plateau_bytes: r.last, syntheses_failed: 0.0}))
            |> found(
                code: "gpu_allocator_cache",
                severity: "info",
                value: (r) => r.last,
                limit: (r) => much * r.memory_total_bytes,
                evidence: ["memory_used_bytes", "memory_total_bytes", "plateau_bytes", "syntheses_failed"],
            )
}
