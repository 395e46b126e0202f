// The server's log says that CUDA is out of memory.
gpu_out_of_memory = () => {
    recent = 10m // as long as a person asks why it failed

    return
        told(kinds: /^(oom)$/, within: recent)
            |> found(
                code: "gpu_out_of_memory",
                severity: "error",
                value: (r) => r.number,
                limit: (r) => 0.0,
                evidence: ["oom_tried_bytes", "oom_free_bytes", "oom_total_bytes", "oom_allocated_bytes", "oom_reserved_bytes", "oom_other_bytes"],
            )
}
