package flux

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func slowest(t *testing.T, l *lab) {
	for _, c := range []struct {
		by, start string
		from      time.Time
		n         int
	}{
		{"duration_seconds", "-24h", now.Add(-24 * time.Hour), 10},
		{"rtf", "-200d", now.AddDate(0, 0, -200), 50},
		{"first_chunk_seconds", "-3h", now.Add(-3 * time.Hour), 1},
		{"characters", "-8d", now.AddDate(0, 0, -8), 7}, // an integer
		{"rtf", "-10m", now.Add(-10 * time.Minute), 100000},
		{"rtf", "-1s", now.Add(-time.Second), 3}, // there are none
	} {
		t.Run(fmt.Sprint(c.n, " by ", c.by), func(t *testing.T) {
			var want []*point
			for i := range l.points {
				p := &l.points[i]
				if _, ok := p.number(c.by); ok && p.measurement == "cosyvoice_synthesis" && !p.at.Before(c.from) {
					want = append(want, p)
				}
			}
			slices.SortStableFunc(want, func(a, b *point) int {
				x, _ := a.number(c.by)
				y, _ := b.number(c.by)
				return cmp.Compare(y, x)
			})
			want = want[:min(c.n, len(want))]
			rows := l.ask("slowest.flux", "_result", params{"by": fmt.Sprintf("%q", c.by), "start": c.start, "n": fmt.Sprint(c.n)})
			require.Len(t, rows, len(want))
			for i, r := range rows {
				p := want[i]
				if c.by != "characters" { // of which two may have the same
					require.Equal(t, p.at, r.Time(), "row %d", i)
					assert.Equal(t, p.fields["request_id"], text(r, "request_id"))
					for tag, v := range p.tags {
						assert.Equal(t, v, text(r, tag), "row %d", i)
					}
					assert.Equal(t, p.tags["error"], text(r, "error"), "row %d", i)
				}
				for _, field := range []string{c.by, "rtf", "duration_seconds", "compute_seconds"} {
					if v, ok := p.number(field); ok && (c.by != "characters" || field == c.by) {
						assert.InDelta(t, v, number(t, r, field), 0, "row %d", i)
					}
				}
			}
		})
	}
}

// A synthesis of another writer may lack any tag.
func TestSlowestWithoutTags(t *testing.T) {
	l := newLab(t)
	at := now.Add(-time.Hour).UnixNano()
	l.Write(buckets.Events, []string{
		fmt.Sprintf(`cosyvoice_synthesis,mode=sft duration_seconds=3,request_id="a" %d`, at),
		fmt.Sprintf(`cosyvoice_synthesis,host=a.b duration_seconds=2,request_id="b" %d`, at),
		fmt.Sprintf(`cosyvoice_synthesis,host=acb duration_seconds=1,request_id="c" %d`, at),
	})
	var ids []string
	for _, r := range l.ask("slowest.flux", "_result", params{"n": "2"}) {
		ids = append(ids, text(r, "request_id"))
	}
	assert.Equal(t, []string{"a", "b"}, ids)
}
