package logline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// say words a record in one line, without its place.
func say(r *Record) string {
	var s string
	switch r.Kind {
	case SegmentStart:
		s = fmt.Sprintf("start %d", r.Segment.Characters)
		if r.Segment.Generator {
			s = "start generator"
		}
	case Continuation:
		s = fmt.Sprintf("more %d", r.Segment.Characters)
	case TooShort:
		s = "short"
	case Yield:
		s = fmt.Sprintf("yield %v %v", r.Yield.AudioSeconds, r.Yield.RTF)
	case Request:
		s = fmt.Sprintf("request %s", r.Request)
	case Bar:
		s = fmt.Sprintf("bar %d/%d %ds row %d", r.Bar.Done, r.Bar.Total, r.Bar.Seconds, r.Bar.Row)
		if r.Bar.Ended {
			s += " ended"
		}
	case Access:
		s = fmt.Sprintf("access %q %d", r.Access.Mode, r.Access.Status)
	case Fault:
		s = fmt.Sprintf("fault %s %s in %q: %s", r.Fault.Class, r.Fault.Error, r.Fault.Where, r.Fault.Message)
	case Saved:
		s = "saved"
	case Notice:
		s = "notice " + string(r.Notice)
	default:
		s = fmt.Sprintf("kind %d", r.Kind)
	}
	if r.Stamp != NoStamp {
		s += " at " + r.Stamp.In(utc).Format("15:04:05.000")
	}
	return s
}

// records reads a whole log and words its records.
func records(log string) []string {
	said := []string{}
	r := NewReader(func(record *Record) { said = append(said, say(record)) })
	_, _ = r.Write([]byte(log))
	r.Flush()
	return said
}

// requireRecords compares the records of a log with one line each.
func requireRecords(t *testing.T, want, log string) {
	t.Helper()
	require.Equal(t, strings.TrimSpace(want), strings.Join(records(log), "\n"), "of the log\n%s", log)
}
