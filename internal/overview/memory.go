package overview

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Owners are who holds the memory of a GPU.
var Owners = []string{"service", "other", "unowned", "reserved"}

// Card is how the memory of a GPU went, in bytes.
type Card struct {
	UUID, Name string
	Held       map[string][]float64 // in the mean of each window, by owner
	Peak       []float64            // highest in each window, without what is reserved
	Total      float64              // NaN where it is not known
}

// Highest is the most that was used, and what was reserved then at the most; NaN where it is not known.
func (c *Card) Highest() float64 {
	highest := Highest(c.Peak)
	if reserved := Highest(c.Held["reserved"]); !math.IsNaN(reserved) {
		highest += reserved
	}
	return highest
}

// Highest is the greatest value that is known, NaN if none is.
func Highest(values []float64) float64 {
	highest := math.NaN()
	for _, v := range values {
		if !math.IsNaN(v) && !(v <= highest) {
			highest = v
		}
	}
	return highest
}

// Cards are all GPUs of which something is known, in the order of their UUIDs.
func (r Reader) Cards(ctx context.Context, span Span) ([]*Card, error) {
	var cards []*Card
	card := func(uuid string) *Card {
		if i := slices.IndexFunc(cards, func(c *Card) bool { return c.UUID == uuid }); i >= 0 {
			return cards[i]
		}
		c := &Card{UUID: uuid, Held: map[string][]float64{}, Peak: span.nothing(), Total: math.NaN()}
		for _, owner := range Owners {
			c.Held[owner] = span.nothing()
		}
		cards = append(cards, c)
		return c
	}
	// Samples of each second tell a peak that ticks miss; where there are none, ticks have to do.
	for _, field := range []string{"memory_total_bytes", "memory_used_bytes", "memory_used_max_bytes"} {
		readings, err := r.Readings(ctx, span, "cosyvoice_gpu", field)
		if err != nil {
			return nil, err
		}
		for _, reading := range readings {
			c := card(reading.UUID)
			c.Name = reading.Name
			if field == "memory_total_bytes" {
				c.Total = Highest(reading.Max)
				continue
			}
			for i, v := range reading.Max {
				if !math.IsNaN(v) && !(v <= c.Peak[i]) {
					c.Peak[i] = v
				}
			}
		}
	}
	rows, err := r.ask(ctx, "gpu_memory_by_owner.flux", span.From, span.To, map[string]string{"window": rollup.Duration(span.Window)})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		i, inside := span.index(row.Time())
		v, ok := number(row, "_value")
		if ok && inside && text(row, "gpu_uuid") == "" {
			card(text(row, "uuid")).Held[row.Field()][i] = v
		}
	}
	slices.SortFunc(cards, func(a, b *Card) int { return strings.Compare(a.UUID, b.UUID) })
	return cards, nil
}
