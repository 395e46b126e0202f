// What panels have in common, beside the choice of the buckets, which is that of the queries in the
// folder flux. A query carries those of these functions that it calls.

// merged puts series together that differ in other tags than these, such as the version, and gives
// each window a row, so that a gap is seen as one.
merged = (tables=<-, by) =>
    tables
        |> drop(columns: ["_start", "_stop"])
        |> group(columns: array.concat(arr: by, v: ["_field"]))
        |> range(start: begin, stop: end)
        |> aggregateWindow(every: every, fn: sum, timeSrc: "_start")
        |> drop(columns: ["_start", "_stop"])
        |> group(columns: by)

// exactBorders lie within windows: no more is read from the points than the tasks have not come to. Only
// what puts the parts of a window together may use them, as merged does.
exactBorders = (of) => borders(of: of, whole: false)

// part is a statistic of a field in each window. Of syntheses there are many series with a few points
// each: the storage puts them together sooner than it adds up each of them. It names a tag that some of
// them lack "".
part = (of, known, field, by, name, ofRaw, ofTier) => {
    ofSyntheses = of == "cosyvoice_synthesis"
    together = (tables=<-) => if ofSyntheses then tables |> group(columns: by) else tables

    return
        over(
            of: of,
            borders: known,
            points: if ofSyntheses then events else raw.name,
            read: (tables=<-, isRaw) => {
                named = if isRaw then field else field + "_" + name

                return
                    tables
                        |> filter(fn: (r) => r._field == named)
                        |> together()
                        |> aggregateWindow(every: every, fn: if isRaw then ofRaw else ofTier, createEmpty: false, timeSrc: "_start")
                        |> toFloat()
                        |> set(key: "_field", value: name)
            },
        )
}

// totals are the sum and the number of a reading in each window.
totals = (of, known, field, by) =>
    union(
        tables: [
            part(of: of, known: known, field: field, by: by, name: "sum", ofRaw: sum, ofTier: sum),
            part(of: of, known: known, field: field, by: by, name: "count", ofRaw: count, ofTier: sum),
        ],
    )
        |> merged(by: by)

// meanOf is that of a reading in each window, or the share of the time in which a flag was set.
meanOf = (of, known, field, by, name) =>
    totals(of: of, known: known, field: field, by: by)
        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
        |> map(fn: (r) => ({r with _value: r.sum / r.count, _field: name}))
        |> drop(columns: ["sum", "count"])
        |> group(columns: array.concat(arr: by, v: ["_field"]))

// highestOf is the highest of a field in each window, once for each series that has it, the highest as the
// last: a pivot takes that. The storage finds the highest of a window sooner than Flux does, of many series
// as well. Its borders may not be exact, since the parts of a window would have other times.
highestOf = (of, known, field, by, name) =>
    over(
        of: of,
        borders: known,
        points: if of == "cosyvoice_synthesis" then events else raw.name,
        read: (tables=<-, isRaw) => {
            named = if isRaw then field else field + "_max"

            return
                tables
                    |> filter(fn: (r) => r._field == named)
                    |> aggregateWindow(every: every, fn: max, createEmpty: false, timeSrc: "_start")
                    |> drop(columns: ["_start", "_stop"])
                    |> group(columns: by)
                    |> toFloat()
        },
    )
        |> set(key: "_field", value: name)
        |> group(columns: by)
        |> sort(columns: ["_value"])

// meanAndHighest are two columns; the highest is that of a field of its own where there is one. Its
// borders may not be exact.
meanAndHighest = (of, known, field, highest, by) =>
    union(
        tables: [
            totals(of: of, known: known, field: field, by: by),
            highestOf(of: of, known: known, field: highest, by: by, name: "max"),
        ],
    )
        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
        |> map(fn: (r) => ({r with mean: r.sum / r.count}))
        |> drop(columns: ["sum", "count"])
        |> sort(columns: ["_time"])

// grown is by how much a counter grew in each window; one that fell began anew at zero.
grown = (of, known, field, by, name) => {
    ofTiers =
        over(
            of: of,
            borders: known,
            read: (tables=<-, isRaw) => {
                named = if isRaw then "" else field + "_increase"

                return
                    tables
                        |> filter(fn: (r) => r._field == named)
                        |> aggregateWindow(every: every, fn: sum, createEmpty: false, timeSrc: "_start")
            },
        )
    ofPoints =
        from(bucket: raw.name)
            |> range(start: date.sub(d: gap, from: known.minutes), stop: end)
            |> filter(fn: (r) => r._measurement == of and r._field == field)
            |> filter(fn: only)
            |> toFloat()
            |> difference(nonNegative: true, initialZero: true, keepFirst: true)
            |> elapsed(unit: 1ns)
            |> filter(fn: (r) => r._time >= known.minutes and r.elapsed <= int(v: gap))
            |> drop(columns: ["elapsed"])
            |> aggregateWindow(every: every, fn: sum, createEmpty: false, timeSrc: "_start")

    return
        union(tables: [ofTiers, ofPoints])
            |> set(key: "_field", value: name)
            |> merged(by: by)
            |> group(columns: array.concat(arr: by, v: ["_field"]))
}

// number is how many syntheses ended in each window.
number = (known, by) =>
    over(
        of: "cosyvoice_synthesis",
        borders: known,
        points: events,
        read: (tables=<-, isRaw) => {
            named = if isRaw then "request_id" else "points_count"
            add = if isRaw then count else sum

            return
                tables
                    |> filter(fn: (r) => r._field == named)
                    |> group(columns: by)
                    |> aggregateWindow(every: every, fn: add, createEmpty: false, timeSrc: "_start")
        },
    )
        |> set(key: "_field", value: "number")
        |> toFloat()
        |> merged(by: by)
        |> group(columns: array.concat(arr: by, v: ["_field"]))

// sumOver is the sum of a field over the whole time, or the number of its values.
sumOver = (of, known, inRaw, inTier, ofRaw, by, name) =>
    over(
        of: of,
        borders: known,
        points: if of == "cosyvoice_synthesis" then events else raw.name,
        read: (tables=<-, isRaw) => {
            named = if isRaw then inRaw else inTier
            add = if isRaw then ofRaw else sum

            return tables |> filter(fn: (r) => r._field == named) |> group(columns: by) |> add() |> toFloat()
        },
    )
        |> group(columns: by)
        |> sum()
        |> set(key: "_field", value: name)
        |> group(columns: array.concat(arr: by, v: ["_field"]))

// rate is by how much it grew in a second, so many times.
rate = (tables=<-, times) => tables |> map(fn: (r) => ({r with _value: r._value * times * 1000000000.0 / float(v: int(v: every))}))

// quantileOver is a quantile of the syntheses of the whole time that went well, as quantiles.flux
// has it for each window.
quantileOver = (known, quantity, q, by) => {
    bin = quantity + "_bin"
    counts = regexp.compile(v: "^" + bin + "_-?[0-9]+_count$")
    width = math.pow(x: 10.0, y: 1.0 / 24.0)
    index = (field) => int(v: strings.trimSuffix(v: strings.trimPrefix(v: field, prefix: bin + "_"), suffix: "_count"))
    bins =
        over(
            of: "cosyvoice_synthesis",
            borders: known,
            points: events,
            read: (tables=<-, isRaw) =>
                if isRaw then
                    tables
                        |> filter(fn: (r) => r._field == bin and r.outcome == "ok")
                        |> duplicate(column: "_value", as: "bin")
                        |> group(columns: array.concat(arr: by, v: ["bin"]))
                        |> count()
                else
                    tables
                        |> filter(fn: (r) => r._field =~ counts)
                        |> group(columns: array.concat(arr: by, v: ["_field"]))
                        |> sum()
                        |> map(fn: (r) => ({r with bin: index(field: r._field)})),
        )
            |> group(columns: array.concat(arr: by, v: ["bin"]))
            |> sum()
            |> group(columns: by)
            |> map(fn: (r) => ({r with le: math.pow(x: width, y: float(v: r.bin)) * 2.0 * width / (1.0 + width), _value: float(v: r._value)}))
            |> drop(columns: ["bin"])

    return
        union(tables: [bins, bins |> map(fn: (r) => ({r with le: r.le * 0.999999999, _value: 0.0}))])
            |> group(columns: by)
            |> sort(columns: ["le"])
            |> cumulativeSum()
            |> histogramQuantile(quantile: q - 0.0000001, countColumn: "_value")
            |> keep(columns: array.concat(arr: by, v: ["_value"]))
}

// held is how long a state was held in each window: of raw points the number of those that tell it.
held = (of, known, field, state) => {
    seconds = field + "_" + state + "_seconds" // within a condition the storage would not know it

    return
        over(
            of: of,
            borders: known,
            read: (tables=<-, isRaw) =>
                if isRaw then
                    tables
                        |> filter(fn: (r) => r._field == field and r._value == state)
                        |> aggregateWindow(every: every, fn: count, createEmpty: false, timeSrc: "_start")
                        |> toFloat()
                else
                    tables
                        |> filter(fn: (r) => r._field == seconds)
                        |> aggregateWindow(every: every, fn: sum, createEmpty: false, timeSrc: "_start"),
        )
            |> set(key: "_field", value: state)
}

// worst is the worst state that was held in each window, and "none" where nothing is known. Of the
// newest window nothing may be known yet. The states are told from the worst, each as a column.
worst = (of, known, field, states, by, choose) =>
    union(tables: array.map(arr: states, fn: (x) => held(of: of, known: known, field: field, state: x)))
        |> merged(by: by)
        |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
        |> map(fn: (r) => ({r with _value: choose(r: r), _field: "state"}))
        |> drop(columns: states)
        |> filter(fn: (r) => r._value != "none" or date.add(d: every, to: r._time) < until)
        |> group(columns: array.concat(arr: by, v: ["_field"]))

// histogram is how many syntheses that went well fell into each bin in each window, a column a bin,
// named by its upper end. Its bins are three of those of the points, from the first to the last; what is
// beyond falls into these.
histogram = (known, quantity, bins) => {
    field = quantity + "_bin"
    counts = regexp.compile(v: "^" + field + "_-?[0-9]+_count$")
    read = (tables=<-, isRaw) =>
        if isRaw then
            tables
                |> filter(fn: (r) => r._field == field and r.outcome == "ok")
                |> duplicate(column: "_value", as: "bin")
                |> group(columns: ["bin"])
                |> aggregateWindow(every: every, fn: count, createEmpty: false, timeSrc: "_start")
                |> map(fn: (r) => ({_time: r._time, _field: field + "_" + string(v: r.bin) + "_count", _value: r._value}))
        else
            tables
                |> filter(fn: (r) => r._field =~ counts)
                |> group(columns: ["_field"])
                |> aggregateWindow(every: every, fn: sum, createEmpty: false, timeSrc: "_start")
    fine =
        over(of: "cosyvoice_synthesis", borders: known, points: events, read: read)
            |> group(columns: ["_field"])
            |> aggregateWindow(every: every, fn: sum, createEmpty: false, timeSrc: "_start")
            |> group()
            |> keep(columns: ["_time", "_field", "_value"])
            |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")

    // Each bin is a column for a while: a function that is called for columns, not for rows, is called
    // seldom. Those that become one get its name, each in a stream of its own, or it would stand twice.
    // A name is the bin and so much that names stand in the order of the bins.
    first = bins[0]
    last = bins[length(arr: bins) - 1]
    up = 2000
    index = (column) => int(v: strings.trimSuffix(v: strings.trimPrefix(v: column, prefix: field + "_"), suffix: "_count")) + 3 * up
    wide = (column) => index(column: column) / 3 - up
    named = (bin) => string(v: bin + up)
    long = (tables=<-) => tables |> experimental.unpivot(otherColumns: ["_time"]) |> group()
    third = (n) =>
        fine
            |> keep(fn: (column) => column == "_time" or index(column: column) % 3 == n and wide(column: column) >= first and wide(column: column) <= last)
            |> rename(fn: (column) => if column == "_time" then column else named(bin: wide(column: column)))
            |> long()
    below = fine |> keep(fn: (column) => column == "_time" or wide(column: column) < first) |> long() |> set(key: "_field", value: named(bin: first))
    above = fine |> keep(fn: (column) => column == "_time" or wide(column: column) > last) |> long() |> set(key: "_field", value: named(bin: last))

    // Where there is nothing, there are no bins either.
    some = fine |> limit(n: 1) |> map(fn: (r) => ({_time: begin, _field: "", _value: 0}))
    none = (bin) => some |> set(key: "_field", value: named(bin: bin))
    upper = (bin) => string(v: math.round(x: 1000.0 * math.pow(x: 10.0, y: (float(v: bin) + 1.0) / 8.0)) / 1000.0)

    return
        union(tables: array.concat(arr: [third(n: 0), third(n: 1), third(n: 2), below, above], v: array.map(arr: bins, fn: (x) => none(bin: x))))
            |> group(columns: ["_field"])
            |> range(start: begin, stop: end)
            |> aggregateWindow(every: every, fn: sum, timeSrc: "_start")
            |> toFloat()
            |> group()
            |> sort(columns: ["_field", "_time"])
            |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
            |> rename(fn: (column) => if column == "_time" then column else upper(bin: int(v: column) - up))
            |> sort(columns: ["_time"])
}
