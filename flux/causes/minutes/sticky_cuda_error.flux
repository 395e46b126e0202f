// A CUDA error after which nothing goes well: the server's context is broken until it is restarted.
sticky_cuda_error = () => {
    recent = 1h

    news =
        union(
            tables: [
                facts
                    |> filter(fn: (r) => r.kind == "cuda_error" or r.kind == "start" or r.kind == "exit")
                    |> keep(columns: ["host", "instance", "_time", "kind"]),
                steady
                    |> map(fn: (r) => ({r with kind: "well"}))
                    |> keep(columns: ["host", "instance", "_time", "kind"]),
            ],
        )

    return
        told(tables: news |> newest(), kinds: /^cuda_error$/, within: recent)
            |> found(
                code: "sticky_cuda_error",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: [],
            )
}
