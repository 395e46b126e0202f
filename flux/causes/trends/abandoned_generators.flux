// GPU memory rises when clients leave in the middle of a stream, and stays where it is else.
abandoned_generators = () => {
    least = 268435456.0 // bytes
    some = 3.0 // clients that left
    nearly = 0.8 // of the rise
    few = 0.6 // of the time: if clients leave all the time, they may have nothing to do with it

    return
        growth
            |> filter(
                fn: (r) =>
                    r.memory == "gpu" and r.abandoned >= some and r.rise_bytes >= least and
                    r.rises_abandoned >= nearly * r.rises and r.buckets_abandoned <= few * r.n and
                    r.late >= goes_on * (r.early + r.late),
            )
            |> once()
            |> map(fn: (r) => ({r with syntheses_abandoned: r.abandoned}))
            |> found(
                code: "abandoned_generators",
                severity: "warning",
                value: (r) => r.rise_bytes,
                limit: (r) => least,
                evidence: ["syntheses_abandoned", "rise_bytes", "memory_used_bytes", "memory_total_bytes"],
            )
}
