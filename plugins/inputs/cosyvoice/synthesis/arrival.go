package synthesis

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// maxArrivals bounds the requests that were announced and of which nothing followed.
const maxArrivals = 64

// arrival is a request that was announced and has not begun.
type arrival struct {
	Mode  logline.Mode
	At    time.Time
	Timed bool // At is that of the line itself
	// Unplaced is as for a request.
	Unplaced bool
	Place    logline.Place
}

func (t *Tracker) arrive(a arrival) {
	if len(t.Arrivals) == maxArrivals {
		t.Arrivals = t.Arrivals[1:]
	}
	t.Arrivals = append(t.Arrivals, a)
}

// access takes a line of the access log. It is written when the answer starts, which is
// before the synthesis; a request that was refused gets no further.
func (t *Tracker) access(record *logline.Record) {
	a := &record.Access
	if a.Mode == "" || a.Status >= 400 && a.Status < 500 {
		return
	}
	t.Memory.Announced = true
	t.arrive(arrival{Mode: a.Mode, At: t.Now, Unplaced: true, Place: record.Place})
}

// bindArrival gives the request its announcement: the oldest. It tells whether there was
// one, and only one.
func (t *Tracker) bindArrival(r *request) bool {
	if len(t.Arrivals) == 0 {
		return false
	}
	a := t.Arrivals[0]
	sure := len(t.Arrivals) == 1
	t.Arrivals = t.Arrivals[1:]
	r.Mode = a.Mode
	if a.Timed {
		r.Arrived = &a.At
	}
	return sure
}
