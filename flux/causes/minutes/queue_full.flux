// The log says that more requests came than the server takes.
queue_full = () => {
    recent = 10m // as long as a person asks why it failed

    return
        told(kinds: /^(queue_full)$/, within: recent)
            |> found(
                code: "queue_full",
                severity: "warning",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: [],
            )
}
