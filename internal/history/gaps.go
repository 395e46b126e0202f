package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Kind is why something is missing.
type Kind string

// The kinds.
const (
	// Off is a time in which the host or the plugin did not run: it came back with a plugin that
	// was younger than the gap.
	Off Kind = "off"
	// Lost is a time in which the plugin ran, and its points did not arrive.
	Lost Kind = "lost"
	// Silent is a time that goes on: the host is off, or its points wait somewhere.
	Silent Kind = "silent"
	// NotRolledUp is a time of which there are points and no whole windows.
	NotRolledUp Kind = "not_rolled_up"
)

// Gap is a time of which something of a host is missing.
type Gap struct {
	Kind        Kind      `json:"kind"`
	Host        string    `json:"host"`
	Measurement string    `json:"measurement,omitempty"` // of windows that are not whole
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	// Points are those that whole windows lack: of a minute, of an hour.
	Minutes int64 `json:"points_missing_in_minutes,omitempty"`
	Hours   int64 `json:"points_missing_in_hours,omitempty"`
}

// shortest is the shortest time without a point that is called a gap; Telegraf may be restarted
// within it.
const shortest = 2 * time.Minute

const uptimeQuery = `from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r._field == "uptime_seconds" and r.collector == "plugin")
    |> aggregateWindow(every: 1m, fn: first, createEmpty: false)
    |> group(columns: ["host"])
    |> sort(columns: ["_time"])`

// sign is that a host's plugin was heard in a minute.
type sign struct {
	end    time.Time     // of the minute
	uptime time.Duration // of the plugin, at its first point in it
}

// Gaps finds what is missing between two times, of hosts that were heard in it, and of those of
// the inventory.
func (k Keeper) Gaps(ctx context.Context, from, to time.Time) ([]Gap, error) {
	records, err := k.Client.Query(ctx, fmt.Sprintf(uptimeQuery, k.Params.Raw, from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339)))
	if err != nil {
		return nil, fmt.Errorf("reading when each host was heard: %w", err)
	}
	signs := map[string][]sign{}
	var hosts []string
	for _, r := range records {
		host, _ := r.ValueByKey("host").(string)
		if signs[host] == nil {
			hosts = append(hosts, host)
		}
		seconds, _ := r.Value().(float64)
		signs[host] = append(signs[host], sign{r.Time(), time.Duration(seconds * float64(time.Second))})
	}
	inventory, err := k.Inventory(ctx)
	if err != nil {
		return nil, err
	}
	expected := map[string]bool{}
	var gaps []Gap
	for _, host := range inventory {
		expected[host.Name] = true
		if signs[host.Name] == nil && to.Sub(host.Heard) >= shortest {
			gaps = append(gaps, Gap{Kind: Silent, Host: host.Name, From: host.Heard, To: to})
		}
	}
	for _, host := range hosts {
		gaps = append(gaps, silences(host, signs[host])...)
		last := signs[host][len(signs[host])-1].end
		if expected[host] && to.Sub(last) >= shortest {
			gaps = append(gaps, Gap{Kind: Silent, Host: host, From: last, To: to})
		}
	}
	unrolled, err := k.unrolled(ctx, from, to)
	return append(gaps, unrolled...), err
}

// silences are the times between the signs of a host.
func silences(host string, signs []sign) (gaps []Gap) {
	for i := 1; i < len(signs); i++ {
		begin, end := signs[i-1].end, signs[i].end.Add(-time.Minute)
		if end.Sub(begin) < shortest {
			continue
		}
		kind := Off
		if signs[i].uptime > signs[i].end.Sub(begin) {
			kind = Lost
		}
		gaps = append(gaps, Gap{Kind: kind, Host: host, From: begin, To: end})
	}
	return gaps
}

// settled is how old an hour is before its windows have to be whole: the tasks of the hours run
// two minutes after it, and the repair within ten minutes more.
const settled = 15 * time.Minute

// unrolled finds the hours whose windows lack points, neighbours together.
func (k Keeper) unrolled(ctx context.Context, from, to time.Time) (gaps []Gap, err error) {
	from, to = from.Truncate(time.Hour), to.Add(-settled).Truncate(time.Hour)
	if !from.Before(to) {
		return nil, nil // InfluxDB takes no empty time
	}
	for _, source := range rollup.Sources {
		hours, err := k.Hours(ctx, source, from, to)
		if err != nil {
			return nil, err
		}
		for _, h := range hours {
			if h.IsWhole("") {
				continue
			}
			end := h.Start.Add(time.Hour)
			i := slices.IndexFunc(gaps, func(g Gap) bool {
				return g.Host == h.Host && g.Measurement == h.Measurement && g.To.Equal(h.Start)
			})
			if i < 0 {
				gaps = append(gaps, Gap{Kind: NotRolledUp, Host: h.Host, Measurement: h.Measurement, From: h.Start})
				i = len(gaps) - 1
			}
			gaps[i].To = end
			gaps[i].Minutes += max(0, h.Raw-h.Minutes)
			gaps[i].Hours += h.Raw - h.Hours
		}
	}
	return gaps, nil
}
