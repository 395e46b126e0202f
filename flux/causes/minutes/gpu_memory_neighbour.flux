// Other programs hold a large share of the card, or what is missing to a full one.
gpu_memory_neighbour = () => {
    large = 0.3 // of the card
    some = 0.1 // of a card that is nearly full
    nearly_full = 0.9 // of the card: what is missing to the rest others hold

    return
        cards
            |> filter(
                fn: (r) =>
                    r.memory_service_bytes > 0.0 and
                    (r.memory_other_bytes >= large * r.memory_total_bytes or
                    r.memory_other_bytes >= some * r.memory_total_bytes and r.memory_used_bytes >= nearly_full * r.memory_total_bytes),
            )
            |> found(
                code: "gpu_memory_neighbour",
                severity: "warning",
                value: (r) => r.memory_other_bytes,
                limit: (r) => some * r.memory_total_bytes,
                evidence: ["memory_other_bytes", "memory_service_bytes", "memory_total_bytes"],
            )
}
