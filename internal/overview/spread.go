package overview

import (
	"context"
	"maps"
	"math"
	"slices"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Bins are how many syntheses there are in each bin of the histogram; the schema tells the bins.
type Bins map[int]float64

// Number is how many there are in all.
func (b Bins) Number() (n float64) {
	for _, count := range b {
		n += count
	}
	return n
}

// Quantile is the value that a share q of them does not exceed, at most 5 % from the exact one; NaN
// where there are none. It is what flux/quantiles.flux tells.
func (b Bins) Quantile(q float64) float64 {
	rank, seen := q*b.Number()-1e-9, 0.0
	for _, bin := range slices.Sorted(maps.Keys(b)) {
		if seen += b[bin]; seen >= rank && seen > 0 {
			low, high := math.Pow(10, float64(bin)/24), math.Pow(10, float64(bin+1)/24)
			return 2 * low * high / (low + high)
		}
	}
	return math.NaN()
}

// Spread is a quantity of the syntheses that went well.
type Spread struct {
	All      Bins
	ByWindow []Bins
}

// Quantiles are those of each window.
func (s *Spread) Quantiles(q float64) []float64 {
	values := make([]float64, len(s.ByWindow))
	for i, bins := range s.ByWindow {
		values[i] = bins.Quantile(q)
	}
	return values
}

// Spread reads rtf, or duration or first_chunk, which are in seconds. The first and last window count whole.
func (r Reader) Spread(ctx context.Context, span Span, quantity string) (*Spread, error) {
	rows, err := r.ask(ctx, "histogram.flux", span.From, span.To, map[string]string{
		"quantity": influx.Literal(quantity), "window": rollup.Duration(span.Window),
	})
	if err != nil {
		return nil, err
	}
	s := &Spread{All: Bins{}, ByWindow: make([]Bins, span.Number)}
	for i := range s.ByWindow {
		s.ByWindow[i] = Bins{}
	}
	for _, row := range rows {
		le, _ := number(row, "le")
		count, ok := number(row, "_value")
		if i, inside := span.index(row.Time()); ok && inside {
			bin := int(math.Round(24*math.Log10(le))) - 1
			s.All[bin] += count
			s.ByWindow[i][bin] += count
		}
	}
	return s, nil
}
