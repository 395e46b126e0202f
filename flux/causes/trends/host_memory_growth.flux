// The lowest memory of a server on the host rises and does not stop.
host_memory_growth = () => {
    least = 536870912.0 // bytes: Python's own memory goes up and down by less
    share = 0.02 // of the host's

    return
        growth
            |> filter(fn: (r) => r.memory == "host")
            |> steadily(least: least, share: share, total: (r) => r.host_total_bytes)
            |> once()
            |> map(
                fn: (r) => ({r with
                    memory_rss_bytes: r.last,
                    rise_bytes_per_synthesis: r.rise_bytes / r.done,
                    seconds_to_full: 3600.0 * (r.host_total_bytes - r.host_used_bytes) / r.rise_bytes_per_hour,
                }),
            )
            |> found(
                code: "host_memory_growth",
                severity: "warning",
                value: (r) => r.rise_bytes_per_hour,
                limit: (r) => share * r.host_total_bytes,
                evidence: ["memory_rss_bytes", "rise_bytes_per_synthesis", "rise_bytes_per_hour", "fit", "seconds_to_full"],
            )
}
