// A server holds much of the card since its model was loaded, as it was told to.
gpu_memory_configured = () => {
    much = 0.6 // of the card
    same = 0.1 // of the memory after the load, more or less

    return
        growth
            |> filter(
                fn: (r) =>
                    r.memory == "gpu" and r.whole and r.last >= much * r.memory_total_bytes and
                    r.last <= (1.0 + same) * r.first and r.last >= (1.0 - same) * r.first,
            )
            |> once()
            |> map(fn: (r) => ({r with memory_after_load_bytes: r.first}))
            |> found(
                code: "gpu_memory_configured",
                severity: "info",
                value: (r) => r.last,
                limit: (r) => much * r.memory_total_bytes,
                evidence: ["memory_after_load_bytes", "memory_used_bytes", "memory_total_bytes"],
            )
}
