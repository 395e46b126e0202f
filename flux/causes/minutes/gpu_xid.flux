// The driver reported a fault of the card.
gpu_xid = () => {
    recent = 30m // as long as what follows from it may still come

    return
        told(kinds: /^(xid)$/, within: recent)
            |> map(fn: (r) => ({r with xid: float(v: r.code)}))
            |> found(
                code: "gpu_xid",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: ["xid"],
            )
}
