// The kernel ended the server, or a part of it, since the host or the container had no memory left.
host_out_of_memory = () => {
    recent = 10m

    return
        union(
            tables: [
                told(kinds: /^killed$/, within: recent),
                told(tables: facts |> filter(fn: (r) => r.reason == "oom_killed"), kinds: /^exit$/, within: recent),
                servers
                    |> filter(fn: (r) => r.cgroup_oom_kills_total_increase > 0.0)
                    |> map(fn: (r) => ({r with number: r.cgroup_oom_kills_total_increase})),
            ],
        )
            |> group(columns: ["host", "instance"])
            |> max(column: "number")
            |> group()
            |> map(fn: (r) => ({r with oom_kills: r.number}))
            |> found(
                code: "host_out_of_memory",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: ["oom_kills"],
            )
}
