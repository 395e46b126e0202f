package history

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Host is one that is expected to be heard.
type Host struct {
	Name  string
	Heard time.Time // last; the start of an hour where its ticks are gone
}

// Inventory lists the hosts of the last 30 days, less those that were forgotten, by their names.
func (k Keeper) Inventory(ctx context.Context) ([]Host, error) {
	query, err := rollup.InventoryQuery(k.Params)
	if err != nil {
		return nil, err
	}
	records, err := k.Client.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("reading which hosts there are: %w", err)
	}
	var hosts []Host
	for _, r := range records {
		name, _ := r.ValueByKey("host").(string)
		heard, _ := r.ValueByKey("heard").(int64)
		hosts = append(hosts, Host{name, time.Unix(0, heard)})
	}
	slices.SortFunc(hosts, func(a, b Host) int { return strings.Compare(a.Name, b.Name) })
	return hosts, nil
}

// Forget takes a host out of the inventory until it is heard again, by an event. Its points stay.
func (k Keeper) Forget(ctx context.Context, name string) (Host, error) {
	hosts, err := k.Inventory(ctx)
	if err != nil {
		return Host{}, err
	}
	var known []string
	for _, host := range hosts {
		if host.Name == name {
			event, err := forgotten(name)
			if err != nil {
				return host, err
			}
			return host, k.Client.Write(ctx, k.Params.Events, event)
		}
		known = append(known, host.Name)
	}
	return Host{}, words.NoSuchHost.With(name, strings.Join(known, ", "))
}

// forgotten is the event in line protocol. InfluxDB gives it the time, by the clock that the task
// of the health goes by.
func forgotten(host string) ([]byte, error) {
	var e lineprotocol.Encoder
	e.StartLine("cosyvoice_event")
	for _, tag := range [][2]string{{"host", host}, {"kind", "forgotten"}, {"service", "cosyvoice3"}, {"severity", "info"}} {
		e.AddTag(tag[0], tag[1])
	}
	e.AddField("message", lineprotocol.MustNewValue("the host is not expected any more"))
	e.EndLine(time.Time{})
	return e.Bytes(), e.Err()
}
