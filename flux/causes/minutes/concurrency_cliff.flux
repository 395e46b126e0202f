// More syntheses run at once than the card can do, and each is slow for it. Beyond that number the
// RTF grows with the number, so it is the present one less what the RTF is too high.
concurrency_cliff = () => {
    more = 1.5 // times the syntheses at once of the usual hours
    several = 2.0 // syntheses at once, in the mean

    return
        servers
            |> filter(
                fn: (r) =>
                    r.slow and r.concurrency_mean >= several and
                    (r.concurrency_mean >= more * r.concurrency_normal or not exists r.concurrency_normal) and
                    not is(v: r.clock_sm_hz < low_clock * r.clock_normal_hz) and
                    not is(v: r.host_cpu_percent >= full) and
                    not is(v: r.at_cpu_limit) and
                    not is(v: r.card_utilization_percent - r.service_sm_percent >= foreign),
            )
            |> map(fn: (r) => ({r with in_flight: r.concurrency_mean, in_flight_knee: r.concurrency_mean * r.usualRTF / r.rtf}))
            |> found(
                code: "concurrency_cliff",
                severity: "warning",
                value: (r) => r.concurrency_mean,
                limit: (r) => r.concurrency_mean * r.usualRTF / r.rtf,
                evidence: ["in_flight", "in_flight_knee", "rtf", "rtf_normal", "first_chunk_seconds", "first_chunk_normal_seconds"],
            )
}
