// The log says that nothing can be written any more.
disk_full = () => {
    recent = 30m // results go on failing, though each is told of only when it is tried

    return
        told(tables: facts |> filter(fn: (r) => r.message =~ /No space left on device|Errno 28\b|Disk quota exceeded/), kinds: /./, within: recent)
            |> found(
                code: "disk_full",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: [],
            )
}
