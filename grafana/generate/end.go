package main

import "fmt"

// atEnd reads what was at the end of the range: from the points of two minutes, or, where those of that time
// are not kept any more, from the last windows. These have the newest reading of a field as its _last.
const atEnd = `
age = int(v: now()) - int(v: until)
newest =
    if age < int(v: 30d) - int(v: 2m) then
        {name: raw.name, isRaw: true, within: 2m, length: 0}
    else if age < int(v: 90d) - int(v: 20m) then
        {name: minutes.name, isRaw: false, within: 3m, length: int(v: 1m)}
    else
        {name: hours.name, isRaw: false, within: 2h, length: int(v: 1h)}
ended = (of, inRaw, inTier) => {
    field = if newest.isRaw then inRaw else inTier

    return
        from(bucket: newest.name)
            |> range(start: date.sub(d: newest.within, from: until), stop: until)
            |> filter(fn: (r) => r._measurement == of and r._field =~ field)
}
`

// heardLast is when each host of the last 30 days was heard last, in nanoseconds, before the end of the range; to
// the hour where that is more than a day before. It comes after atEnd.
const heardLast = `
heardIn = (bucket, field, start, length) =>
    from(bucket: bucket)
        |> range(start: start, stop: until)
        |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.collector == "plugin" and r._field == field)
        |> filter(fn: only)
        |> last()
        |> map(fn: (r) => ({host: r.host, _value: if int(v: r._time) + length < int(v: until) then int(v: r._time) + length else int(v: until)}))
heard =
    union(
        tables: [
            heardIn(bucket: hours.name, field: "points_count", start: date.sub(d: 30d, from: until), length: 0),
            heardIn(bucket: newest.name, field: if newest.isRaw then "success" else "points_count", start: date.sub(d: 1d, from: until), length: newest.length),
        ],
    )
`

// endOf reads some fields at the end of the range, and others of points alone: they have no windows.
func endOf(measurement, fields, alone string) string {
	inRaw := fields
	if alone != "" {
		inRaw += "|" + alone
	}
	return fmt.Sprintf("ended(of: %q, inRaw: /^(%s)$/, inTier: /^(%s)_last$/)", measurement, inRaw, fields)
}

// unlast gives columns of windows the names of readings.
const unlast = `    |> rename(fn: (column) => strings.trimSuffix(v: column, suffix: "_last"))
`
