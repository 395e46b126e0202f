// The card waits for one thread of the server that has a core to itself.
host_bound = () => {
    idle = 50.0 // percent of the card's use during syntheses
    core = 95.0 // percent of one core at a tick
    steady = 57.0 // percent of one core as the mean: between syntheses it rests
    slow_at = 0.7 // RTF: a card that is kept busy is below on any that CosyVoice fits on
    several = 250.0 // percent of one core: with more at work it is no single thread
    free = 90.0 // percent of the host's processors at the most: above, threads wait for each other

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.rtf >= slow_at and
                    r.gpu_utilization_percent <= idle and r.hottest_thread_percent_max >= core and r.thread_cpu_percent >= steady and
                    r.host_cpu_percent < free and r.service_cpu_percent < several and
                    not is(v: r.at_cpu_limit) and
                    not is(v: r.fallen_back),
            )
            |> found(
                code: "host_bound",
                severity: "warning",
                value: (r) => r.thread_cpu_percent,
                limit: (r) => core,
                evidence: ["gpu_utilization_percent", "thread_cpu_percent", "host_cpu_percent", "rtf"],
            )
}
