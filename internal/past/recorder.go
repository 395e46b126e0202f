package past

import (
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// recorder puts points, and the windows that the tasks would make of them, into batches for the
// buckets that they belong to.
type recorder struct {
	raw, events, minutes, hours *batch
	perMinute, perHour          *tier
	points, syntheses           int
}

func newRecorder(params rollup.Params, now time.Time, write func(bucket string, lines []byte)) *recorder {
	of := func(bucket string, retention time.Duration) *batch {
		b := &batch{bucket: bucket, write: write}
		b.lines.SetBuffer(make([]byte, 0, room))
		if retention > 0 {
			b.from = Oldest(now, retention)
		}
		return b
	}
	r := &recorder{
		raw: of(params.Raw, params.RawRetention), events: of(params.Events, params.EventsRetention),
		minutes: of(params.Minutes, params.MinutesRetention), hours: of(params.Hours, 0),
	}
	r.perMinute = newTier(time.Minute, params.Gap(), r.minutes.add)
	r.perHour = newTier(time.Hour, params.Gap(), r.hours.add)
	return r
}

func (r *recorder) add(p *point) {
	r.points++
	source, rolled := sources[p.measurement]
	if rolled && !source.Facts {
		r.raw.add(p)
	} else {
		r.events.add(p)
	}
	if rolled {
		r.perMinute.add(p, source)
		r.perHour.add(p, source)
	}
	if p.measurement == "cosyvoice_synthesis" {
		r.syntheses++
	}
}

// end hands out all that is there. Windows that are not over yet are left to the tasks.
func (r *recorder) end(at time.Time) error {
	r.perMinute.end(at)
	r.perHour.end(at)
	for _, b := range []*batch{r.raw, r.events, r.minutes, r.hours} {
		b.flush()
		if b.err != nil {
			return b.err
		}
	}
	return nil
}

// batch is line protocol that waits to be written into a bucket.
type batch struct {
	bucket string
	from   time.Time // what is older is left out: InfluxDB would refuse it
	write  func(bucket string, lines []byte)
	lines  lineprotocol.Encoder
	err    error // the first
}

// A batch is written when it has enough bytes, and has room for the point with which it does.
const (
	enough = 2 << 20
	room   = enough + 64<<10
)

// Oldest is the first full hour within a time before now, of which the points are still inside a
// retention of that time when they arrive.
func Oldest(now time.Time, length time.Duration) time.Time {
	const margin = 10 * time.Minute
	return now.Add(margin - length + time.Hour - 1).Truncate(time.Hour)
}

func (b *batch) add(p *point) {
	if p.at.Before(b.from) {
		return
	}
	p.encode(&b.lines)
	if len(b.lines.Bytes()) >= enough {
		b.flush()
	}
}

func (b *batch) flush() {
	if b.err == nil {
		b.err = b.lines.Err()
	}
	if lines := b.lines.Bytes(); len(lines) > 0 && b.err == nil {
		b.write(b.bucket, lines)
	}
	b.lines.SetBuffer(make([]byte, 0, room)) // the other is on its way
}
