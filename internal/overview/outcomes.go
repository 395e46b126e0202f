package overview

import (
	"context"
	"math"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Outcomes are how many syntheses ended well, of how many the client left, and how many failed, window
// by window; NaN where none ended at all. Those whose audio was cut short failed.
type Outcomes struct{ Well, Left, Failed []float64 }

// Outcomes counts them.
func (r Reader) Outcomes(ctx context.Context, span Span) (*Outcomes, error) {
	rows, err := r.ask(ctx, "outcomes.flux", span.From, span.To, map[string]string{"window": rollup.Duration(span.Window)})
	if err != nil {
		return nil, err
	}
	o := &Outcomes{span.nothing(), span.nothing(), span.nothing()}
	for _, row := range rows {
		count, ok := number(row, "_value")
		i, inside := span.index(row.Time())
		if !ok || !inside {
			continue
		}
		if math.IsNaN(o.Well[i]) {
			o.Well[i], o.Left[i], o.Failed[i] = 0, 0, 0
		}
		switch outcome, class := text(row, "outcome"), text(row, "error"); {
		case outcome == "abandoned" || class == "client_gone":
			o.Left[i] += count
		case outcome == "ok" && class == "":
			o.Well[i] += count
		default:
			o.Failed[i] += count
		}
	}
	return o, nil
}
