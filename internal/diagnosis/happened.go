package diagnosis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// Happening are the events of a kind in a time.
type Happening struct {
	Kind     string    `json:"kind"`
	Severity string    `json:"severity"`
	Number   int64     `json:"number"`
	Last     time.Time `json:"last"`
	Message  string    `json:"message"` // of the last
}

// Happened counts the events of a time by their kind, the worst and newest first.
func (f Finder) Happened(ctx context.Context, from, to time.Time, host string) ([]Happening, error) {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`told = from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r._field == "message" and r.kind != "forgotten" and %s)
told |> count() |> yield(name: "number")
told |> last() |> yield(name: "last")`, f.Params.Events, influx.Time(from), influx.Time(to), hostIs(host)))
	if err != nil {
		return nil, fmt.Errorf("counting the events: %w", err)
	}
	happened := []Happening{}
	for _, r := range records {
		var one Happening
		texts(r, map[string]*string{"kind": &one.Kind, "severity": &one.Severity})
		i := slices.IndexFunc(happened, func(h Happening) bool { return h.Kind == one.Kind && h.Severity == one.Severity })
		if i < 0 {
			happened = append(happened, one)
			i = len(happened) - 1
		}
		switch value := r.Value().(type) {
		case int64:
			happened[i].Number += value
		case string:
			if r.Time().After(happened[i].Last) {
				happened[i].Last, happened[i].Message = r.Time(), value
			}
		}
	}
	slices.SortFunc(happened, func(a, b Happening) int {
		return cmp.Or(slices.Index(severities, a.Severity)-slices.Index(severities, b.Severity), b.Last.Compare(a.Last), cmp.Compare(a.Kind, b.Kind))
	})
	return happened, nil
}
