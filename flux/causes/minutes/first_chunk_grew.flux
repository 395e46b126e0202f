// Streams begin later than they did, while the work takes as long as ever.
first_chunk_grew = () => {
    later = 1.5 // times the usual
    same = 1.2 // times the usual RTF
    alone = 1.5 // syntheses at once: with more, the first chunk waits for the others

    return
        servers
            |> filter(
                fn: (r) =>
                    r.syntheses >= enough and r.first_chunk_seconds >= later * r.first_chunk_normal_seconds and
                    r.rtf < same * r.rtf_normal and r.concurrency_mean < alone,
            )
            |> found(
                code: "first_chunk_grew",
                severity: "warning",
                value: (r) => r.first_chunk_seconds,
                limit: (r) => later * r.first_chunk_normal_seconds,
                evidence: ["first_chunk_audio_seconds", "first_chunk_seconds", "first_chunk_normal_seconds"],
            )
}
