// The points of a host lie in the future, or by the same time in the past whenever it is looked at.
clock_skew = () => {
    ahead = 15s // of the clock of InfluxDB's machine: no clock that is kept right is so wrong
    behind = 60.0 // seconds: Telegraf writes every ten
    steady = 30.0 // seconds, between three looks five minutes apart: of a host that is off the last point becomes older

    present = system.time() // now() is that of the run, which is older
    future =
        from(bucket: raw)
            |> range(start: date.add(d: ahead, to: present), stop: date.add(d: 1d, to: present))
            |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.host =~ hosts and r._field == "success")
            |> last()
            |> group(columns: ["host"])
            |> max(column: "_time")
            |> group()
            |> map(fn: (r) => ({r with skew_seconds: float(v: int(v: r._time) - int(v: present)) / 1000000000.0, limit: float(v: int(v: ahead)) / 1000000000.0}))
    past =
        statuses
            |> filter(fn: (r) => r.code == "host_silent" and r._field == "value")
            |> group(columns: ["host"])
            |> reduce(
                identity: {n: 0, least: 1000000000.0, most: 0.0},
                fn: (r, accumulator) => ({
                    n: accumulator.n + 1,
                    least: if r._value < accumulator.least then r._value else accumulator.least,
                    most: if r._value > accumulator.most then r._value else accumulator.most,
                }),
            )
            |> group()
            |> filter(fn: (r) => r.n >= 3 and r.least >= behind and r.most - r.least <= steady)
            |> map(fn: (r) => ({r with skew_seconds: -1.0 * r.least, limit: behind}))

    return
        union(tables: [future, past])
            |> found(
                code: "clock_skew",
                severity: "warning",
                value: (r) => r.skew_seconds,
                limit: (r) => r.limit,
                evidence: ["skew_seconds"],
            )
}
