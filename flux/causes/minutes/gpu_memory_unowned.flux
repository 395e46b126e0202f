// Memory of the card is held by no process that the driver lists: of one that died, or of another container.
gpu_memory_unowned = () => {
    least = 1073741824.0 // bytes: contexts and the driver hold less
    share = 0.05 // of the card

    return
        cards
            |> filter(
                fn: (r) =>
                    r.memory_unowned_bytes_min >= least and r.memory_unowned_bytes_min >= share * r.memory_total_bytes,
            )
            |> map(fn: (r) => ({r with memory_unowned_bytes: r.memory_unowned_bytes_min}))
            |> found(
                code: "gpu_memory_unowned",
                severity: "warning",
                value: (r) => r.memory_unowned_bytes_min,
                limit: (r) => least,
                evidence: ["memory_unowned_bytes", "memory_total_bytes"],
            )
}
