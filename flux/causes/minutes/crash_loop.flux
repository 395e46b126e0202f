// The server ends shortly after each start, and something starts it again.
crash_loop = () => {
    recent = 10m
    often = 3.0 // starts: a person who restarts it twice is no loop

    return
        told(kinds: /^start$/, within: recent)
            |> filter(fn: (r) => r.number >= often)
            |> map(fn: (r) => ({r with restarts: r.number}))
            |> found(
                code: "crash_loop",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => often,
                evidence: ["restarts"],
            )
}
