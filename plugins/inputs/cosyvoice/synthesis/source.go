package synthesis

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// maxEarly is after how many records without a stamp a log is taken to have none.
const maxEarly = 64

// source turns the bytes of one file into records with their moments.
type source struct {
	zone   *time.Location
	reader *logline.Reader
	live   bool // what is read was written just now
	take   func(*source, *logline.Record)
	// now is the moment of the last stamp, and of every line without one that follows. In
	// a log without stamps it is the time of reading.
	now     time.Time
	stamped bool
	early   []logline.Record // those before the first stamp, while one may still come
}

// entry is one record with its moment.
type entry struct {
	record logline.Record
	at     time.Time
}

// newSource gives each record to take, which must not keep the pointer.
func newSource(zone *time.Location, take func(*source, *logline.Record)) *source {
	s := &source{zone: zone, take: take}
	s.reader = logline.NewReader(s.record)
	return s
}

func (s *source) record(record *logline.Record) {
	switch {
	case record.Stamp != logline.NoStamp:
		s.now = record.Stamp.In(s.zone)
		s.release()
		s.stamped = true
	case !s.stamped && len(s.early) < maxEarly:
		// A progress bar stands before the first line with a time.
		s.early = append(s.early, *record)
		s.early[len(s.early)-1].Segment.Text = nil // of a log without stamps no text is kept
		return
	case !s.stamped:
		s.release()
	}
	s.take(s, record)
}

// release gives the early records the moment that is known by now.
func (s *source) release() {
	early := s.early
	s.early = nil
	for i := range early {
		s.take(s, &early[i])
	}
}

// flush tells that the file ends.
func (s *source) flush() {
	s.reader.Flush()
	s.release()
}

// resume goes on at an offset, where the last stamp was that of the given moment, and
// records had these headers.
func (s *source) resume(now time.Time, headers []uint32, offset int64) {
	s.reader.SkipTo(offset)
	s.reader.TrustHeaders(headers)
	s.now, s.stamped = now, !now.IsZero()
}

// arrived tells when the bytes that follow were read.
func (s *source) arrived(at time.Time) {
	if !s.stamped {
		s.now = at
	}
}
