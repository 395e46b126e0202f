// GPU memory rose in a few steps after the start, and has stood still since.
gpu_memory_lazy = () => {
    least = 268435456.0 // bytes together
    few = 6.0 // steps
    early = 0.5 // of the time since the start, in which they were
    nearly = 0.8 // of the rise that the steps are
    long = 3600.0 // seconds without one
    news = 86400.0 // seconds after the last: later nobody wonders about it
    much = 0.6 // of the card: above, it is a cache

    return
        growth
            |> filter(
                fn: (r) =>
                    r.memory == "gpu" and r.whole and r.last - r.first >= least and
                    r.steps >= 1.0 and r.steps <= few and r.stepped >= nearly * (r.last - r.first) and
                    r.still >= long and r.still <= news and r.age - r.still <= early * r.age and r.last < much * r.memory_total_bytes,
            )
            |> once()
            |> map(fn: (r) => ({r with step_bytes: r.stepped}))
            |> found(
                code: "gpu_memory_lazy",
                severity: "info",
                value: (r) => r.stepped,
                limit: (r) => least,
                evidence: ["step_bytes", "steps", "memory_used_bytes"],
            )
}
