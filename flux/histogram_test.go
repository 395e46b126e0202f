package flux

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func histogram(t *testing.T, l *lab) {
	for _, c := range []struct {
		quantity, field, start, window string
		from                           time.Time
		every                          time.Duration
	}{
		{"rtf", "rtf", "-3h", "20m", now.Add(-3 * time.Hour), 20 * time.Minute},
		{"duration", "duration_seconds", "-13h", "7m", now.Add(-13 * time.Hour), 7 * time.Minute},
		{"first_chunk", "first_chunk_seconds", "-8d", "1d", now.AddDate(0, 0, -8), 24 * time.Hour},
		{"rtf", "rtf", "-120d", "1h", now.AddDate(0, 0, -120), time.Hour},
	} {
		t.Run(c.quantity+" "+c.start, func(t *testing.T) {
			type bar struct {
				window
				bin int
			}
			want := map[bar]float64{}
			for w, values := range l.wellDone(c.field, []string{"host"}, c.every, c.from) {
				for _, v := range values {
					want[bar{w, bin(v)}]++
				}
			}
			require.NotEmpty(t, want)
			rows := l.ask("histogram.flux", "_result", params{"quantity": `"` + c.quantity + `"`, "start": c.start, "window": c.window})
			require.Len(t, rows, len(want))
			for _, r := range rows {
				le := number(t, r, "le")
				b := bar{window{"," + text(r, "host"), r.Time().Unix()}, int(math.Round(24*math.Log10(le))) - 1}
				assert.InDelta(t, want[b], number(t, r, "_value"), 0, "%v", b)
				assert.InEpsilon(t, math.Pow(10, float64(b.bin+1)/24), le, 1e-9)
				delete(want, b)
			}
		})
	}
}
