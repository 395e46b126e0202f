// The processors of the host are full, and syntheses take longer than usual.
host_cpu_contention = () => {
    dip = 80.0 // percent at any tick: a processor that is free now and then leaves no queue

    return
        servers
            |> filter(
                fn: (r) =>
                    r.slow and r.host_cpu_percent >= full and r.host_cpu_lowest_percent >= dip and
                    not is(v: r.at_cpu_limit),
            )
            |> found(
                code: "host_cpu_contention",
                severity: "warning",
                value: (r) => r.host_cpu_percent,
                limit: (r) => full,
                evidence: ["host_cpu_percent", "service_cpu_percent", "rtf", "rtf_normal", "in_flight"],
            )
}
