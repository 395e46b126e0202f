package main

import (
	"fmt"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
)

// rank orders findings from the worst, and within a severity as the catalogue does.
func rank() string {
	var pairs []string
	all := causes.All()
	for i := range all {
		pairs = append(pairs, fmt.Sprintf("{key: %q, value: %d}", all[i].Code, place(&all[i], i)))
	}
	return "places = dict.fromList(pairs: [" + strings.Join(pairs, ", ") + "])\nplace = (code) => dict.get(dict: places, key: code, default: 99)\n"
}

// place is where a cause stands among all: errors below 100, warnings below 200, hints below 300.
func place(c *causes.Cause, index int) int {
	return 100*map[string]int{"error": 0, "warning": 1, "info": 2}[c.Severity] + index
}

// active is a table of what the last runs of the tasks before the end of the range found.
func active(where string) string {
	return rank() + `found = (after, trend) =>
    from(bucket: events)
        |> range(start: date.sub(d: after, from: until), stop: until)
        |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field == "since" and ` + where + `)
        |> last()
        |> filter(fn: (r) => r.code =~ ` + pattern(trends()) + ` == trend)
active = union(tables: [found(after: 200s, trend: false), found(after: 12m, trend: true)])
    |> group()
    |> map(fn: (r) => ({r with place: place(code: r.code), _time: time(v: int(v: r._value) * 1000000000)}))
    |> sort(columns: ["place"])
`
}
