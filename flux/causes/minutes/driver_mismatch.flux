// The library of the NVIDIA driver and its kernel module differ: the driver was updated, the machine
// not restarted.
driver_mismatch = () => {
    long = 20.0 // seconds in the window: two readings

    return
        machines
            |> filter(fn: (r) => r.nvml_state_mismatch_seconds >= long)
            |> found(
                code: "driver_mismatch",
                severity: "error",
                value: (r) => r.nvml_state_mismatch_seconds,
                limit: (r) => long,
                evidence: [],
            )
}
