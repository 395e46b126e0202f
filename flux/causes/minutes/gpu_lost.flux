// The card is no longer there.
gpu_lost = () => {
    return
        cards
            |> filter(
                fn: (r) =>
                    r.state_lost_seconds > 0.0,
            )
            |> map(fn: (r) => ({r with seconds: r.state_lost_seconds}))
            |> found(
                code: "gpu_lost",
                severity: "error",
                value: (r) => r.state_lost_seconds,
                limit: (r) => 0.0,
                evidence: ["seconds"],
            )
}
