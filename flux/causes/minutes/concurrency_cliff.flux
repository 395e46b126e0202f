// More syntheses run at once than the card can do, and each is slow for it. Beyond that number the
// RTF grows with the number, so it is the present one less what the RTF is too high.
concurrency_cliff = () => {
    more = 1.5 // times the syntheses at once of the usual hours
    clock = 0.9 // of the usual clock: below, the card is slow by itself
    foreign = 25.0 // percent of the card's use that is not the server's
    full = 95.0 // percent of the host's processors

    return
        servers
            |> filter(
                fn: (r) =>
                    r.slow and r.concurrency_mean >= 2.0 and
                    (r.concurrency_mean >= more * r.concurrency_normal or not exists r.concurrency_normal) and
                    not is(v: r.clock_sm_hz < clock * r.clock_normal_hz) and
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
