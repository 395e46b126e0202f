// The container's CPU limit holds the server back, and syntheses take longer than usual.
cgroup_cpu_limit = () => {
    return
        servers
            |> filter(
                fn: (r) =>
                    r.slow and r.at_cpu_limit,
            )
            |> map(fn: (r) => ({r with cpu_limit_percent: r.cgroup_cpu_limit_percent_max}))
            |> found(
                code: "cgroup_cpu_limit",
                severity: "warning",
                value: (r) => r.cpu_percent_max,
                limit: (r) => near_limit * r.cgroup_cpu_limit_percent_max,
                evidence: ["service_cpu_percent", "cpu_limit_percent", "host_cpu_percent", "rtf", "rtf_normal"],
            )
}
