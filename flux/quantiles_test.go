package flux

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exact is the smallest of the values that the share q of them does not exceed.
func exact(values []float64, q float64) float64 {
	slices.Sort(values)
	return values[int(math.Ceil(q*float64(len(values))-1e-9))-1]
}

// middle is what stands for all values of a bin.
func middle(v float64) float64 {
	a, b := math.Pow(10, float64(bin(v))/24), math.Pow(10, float64(bin(v)+1)/24)
	return 2 * a * b / (a + b)
}

// wellDone are the values of a field of the syntheses that went well, by the tags and the window.
func (l *lab) wellDone(field string, by []string, every time.Duration, from time.Time) map[window][]float64 {
	values := map[window][]float64{}
	for i := range l.points {
		p := &l.points[i]
		v, ok := p.number(field)
		if p.measurement != "cosyvoice_synthesis" || p.tags["outcome"] != "ok" || !ok || p.at.Before(floor(from, every)) {
			continue
		}
		w := window{"", floor(p.at, every).Unix()}
		for _, tag := range by {
			v := p.tags[tag]
			if tag == "service" {
				v = "cosyvoice3" // of all
			}
			w.series += "," + v
		}
		values[w] = append(values[w], v)
	}
	return values
}

// quantilesEqual asks for the quantiles of the values and compares them.
func (l *lab) quantilesEqual(want map[window][]float64, by []string, p params) {
	l.t.Helper()
	require.NotEmpty(l.t, want)
	rows := l.ask("quantiles.flux", "_result", p)
	require.Len(l.t, rows, len(want))
	for _, r := range rows {
		w := window{"", r.Time().Unix()}
		for _, tag := range by {
			w.series += "," + text(r, tag)
		}
		require.Contains(l.t, want, w)
		assert.InDelta(l.t, float64(len(want[w])), number(l.t, r, "count"), 0, "%v", w)
		for column, q := range map[string]float64{"p50": 0.5, "p95": 0.95, "p99": 0.99} {
			v := exact(want[w], q)
			assert.InEpsilon(l.t, v, number(l.t, r, column), 0.05, "%s of %v", column, w)
			assert.InEpsilon(l.t, middle(v), number(l.t, r, column), 1e-6, "%s of %v", column, w)
		}
		delete(want, w)
	}
}

func quantiles(t *testing.T, l *lab) {
	for _, c := range []struct {
		quantity, field, start, window string
		by                             []string
		from                           time.Time
		every                          time.Duration
	}{
		{"rtf", "rtf", "-3h", "20m", []string{"host"}, now.Add(-3 * time.Hour), 20 * time.Minute},
		{"rtf", "rtf", "-13h", "1h", []string{"host"}, now.Add(-13 * time.Hour), time.Hour},
		{"duration", "duration_seconds", "-13h", "7m", []string{"host", "instance"}, now.Add(-13 * time.Hour), 7 * time.Minute},
		{"rtf", "rtf", "-8d", "1m", []string{"mode"}, now.AddDate(0, 0, -8), time.Hour},
		{"rtf", "rtf", "-8d", "1d", []string{"mode"}, now.AddDate(0, 0, -8), 24 * time.Hour}, // the last window is of two buckets
		{"first_chunk", "first_chunk_seconds", "-8d", "1d", []string{"service"}, now.AddDate(0, 0, -8), 24 * time.Hour},
		{"duration", "duration_seconds", "-120d", "1h", []string{"host"}, now.AddDate(0, 0, -120), time.Hour},
	} {
		t.Run(c.quantity+" "+c.start+" "+c.window, func(t *testing.T) {
			by := "["
			for i, tag := range c.by {
				if i > 0 {
					by += ", "
				}
				by += fmt.Sprintf("%q", tag)
			}
			(&lab{l.Server, t, l.points}).quantilesEqual(l.wellDone(c.field, c.by, c.every, c.from), c.by, params{
				"quantity": fmt.Sprintf("%q", c.quantity), "by": by + "]", "start": c.start, "window": c.window,
			})
		})
	}
	t.Run("the storage puts the series together", func(t *testing.T) {
		_, together, handedOut := reads(l.plan("quantiles.flux", params{"start": "-8d"}))
		assert.Equal(t, 2, together)
		assert.Equal(t, 1, handedOut) // the newest syntheses
	})
}

// TestQuantilesAreExactToFivePercent gives an hour of a host to each seed, with a distribution of
// its own.
func TestQuantilesAreExactToFivePercent(t *testing.T) {
	l := newLab(t)
	begin := now.Truncate(time.Hour).Add(-26 * time.Hour)
	var points []point
	for seed := range 200 {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		scale := math.Pow(10, 3*r.Float64()-2)
		draw := []func() float64{
			func() float64 { return math.Exp(r.NormFloat64()) },
			func() float64 { return 1 + r.Float64() },
			func() float64 { return math.Pow(r.Float64(), -1) },                  // heavy tail
			func() float64 { return 1 + 9*float64(r.IntN(2)) + 0.1*r.Float64() }, // two peaks
			func() float64 { return 1 },
			func() float64 { return math.Pow(10, float64(r.IntN(48))/24) / scale }, // on the edges of bins
			func() float64 { return math.Nextafter(math.Pow(10, float64(r.IntN(48))/24), 0) / scale },
		}[seed%7]
		for i := range 1 + r.IntN(100) {
			v := scale * draw()
			points = append(points, point{
				"cosyvoice_synthesis", map[string]string{"host": fmt.Sprint("h", seed%8), "outcome": "ok"}, begin.Add(time.Duration(seed/8)*time.Hour + time.Duration(i)*30*time.Second),
				map[string]any{"request_id": fmt.Sprint(i), "rtf": v, "rtf_bin": bin(v)},
			})
		}
	}
	l.live(points)
	l.roll("1m", now, 5)
	l.roll("1h", now, 1)
	by := []string{"host"}
	for start, from := range map[string]time.Time{ // from raw points, minutes and hours
		"-5h": now.Add(-5 * time.Hour), "-27h": begin, "-8d": begin,
	} {
		l.quantilesEqual(l.wellDone("rtf", by, time.Hour, from), by, params{"start": start})
	}
}
