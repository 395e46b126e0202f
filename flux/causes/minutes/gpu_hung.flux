// The driver does not answer for this card, or with errors only.
gpu_hung = () => {
    long = 20.0 // seconds in the window: two readings

    return
        cards
            |> map(fn: (r) => ({r with seconds: if exists r.state_hung_seconds then r.state_hung_seconds else r.state_failed_seconds}))
            |> filter(fn: (r) => r.seconds >= long)
            |> found(
                code: "gpu_hung",
                severity: "error",
                value: (r) => r.seconds,
                limit: (r) => long,
                evidence: ["seconds"],
            )
}
