package flux

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheTierIsChosen asks for a reading that is 1 in the raw points, 2 in the minutes and 3 in the
// hours, so that the answer tells where it comes from.
func TestTheTierIsChosen(t *testing.T) {
	l := newLab(t)
	const inTime, behind = "cosyvoice_process", "cosyvoice_service" // of the latter the hours' task has not run for a while
	series := inTime
	write := func(bucket string, value int, from, to time.Time, every time.Duration) {
		var lines []string
		for at := from.Truncate(every); at.Before(to); at = at.Add(every) {
			fields := fmt.Sprintf("threads=%d", value)
			if bucket != buckets.Raw {
				fields = fmt.Sprintf("threads_sum=%d,threads_count=1i,threads_min=%d,threads_max=%d,points_count=1i", value, value, value)
			}
			lines = append(lines, fmt.Sprintf("%s,host=a,service=cosyvoice3,instance=50000 %s %d", series, fields, at.UnixNano()))
		}
		l.Write(bucket, lines)
	}
	const day = 24 * time.Hour
	hoursEnd, minutesEnd := now.Truncate(time.Hour).Add(-time.Hour), now.Truncate(time.Minute).Add(-4*time.Minute)
	write(buckets.Raw, 1, now.Add(-9*day), now, 5*time.Minute)
	write(buckets.Minutes, 2, now.Add(-9*day), minutesEnd, time.Minute)
	write(buckets.Hours, 3, now.Add(-9*day), hoursEnd, time.Hour)
	for _, age := range []time.Duration{29 * day, 31 * day, 89 * day, 91 * day, 700 * day} {
		from := now.Add(-age)
		write(buckets.Raw, 1, from, from.Add(2*time.Hour), time.Minute)
		write(buckets.Minutes, 2, from, from.Add(2*time.Hour), time.Minute)
		write(buckets.Hours, 3, from, from.Add(2*time.Hour), time.Hour)
	}

	// Of these hours most minutes were lost.
	lost := now.Add(-20 * day).Truncate(time.Hour)
	write(buckets.Raw, 1, lost, lost.Add(2*time.Hour), time.Minute)
	write(buckets.Minutes, 2, lost, lost.Add(10*time.Minute), time.Minute)
	write(buckets.Hours, 3, lost, lost.Add(2*time.Hour), time.Hour)

	series = behind
	behindEnd := hoursEnd.Add(-6 * time.Hour)
	write(buckets.Raw, 1, now.Add(-9*day), now, 5*time.Minute)
	write(buckets.Minutes, 2, now.Add(-9*day), minutesEnd, time.Minute)
	write(buckets.Hours, 3, now.Add(-9*day), behindEnd, time.Hour)
	old := now.Add(-40 * day).Truncate(time.Hour)
	oldEnd, oldHoursEnd := old.Add(8*day), old.Add(8*day-3*time.Hour)
	write(buckets.Raw, 1, oldHoursEnd, oldEnd, time.Minute)
	write(buckets.Minutes, 2, oldHoursEnd, oldEnd, time.Minute)
	write(buckets.Hours, 3, old, oldHoursEnd, time.Hour)

	for _, c := range []struct {
		name, of    string
		start, stop time.Time
		window      string
		// The value up to each of these times is 3, 2 and 1.
		threes, twos time.Time
	}{
		{"a short time of today", inTime, now.Add(-6 * time.Hour), now, "10m", time.Time{}, time.Time{}},
		{"a longer one", inTime, now.Add(-6*time.Hour - time.Second), now, "1m", time.Time{}, minutesEnd},
		{"a week", inTime, now.Add(-7 * day), now, "1m", time.Time{}, minutesEnd},
		{"a week in windows that are not whole in the minutes", inTime, now.Add(-7 * day), now, "90m", time.Time{}, minutesEnd.Truncate(90 * time.Minute)},
		{"a week in windows of whole hours", inTime, now.Add(-7 * day), now, "2h", hoursEnd.Truncate(2 * time.Hour), time.Time{}},
		{"more than a week", inTime, now.Add(-7*day - time.Second), now, "1h", hoursEnd, time.Time{}},
		{"when the hours are behind", behind, now.Add(-7*day - time.Second), now, "1h", behindEnd, minutesEnd.Truncate(time.Hour)},
		{"when they were, and raw points are kept no more", behind, old, oldEnd, "1h", oldHoursEnd, now},
		{"more than a week by the day", inTime, now.Add(-7*day - time.Second), now, "1d", now.Truncate(day), now.Truncate(day)},
		{"an hour of a month ago", inTime, now.Add(-29 * day), now.Add(-29*day + time.Hour), "1m", time.Time{}, time.Time{}},
		{"when raw points are kept no more", inTime, now.Add(-31 * day), now.Add(-31*day + time.Hour), "1m", time.Time{}, now},
		{"when minutes are still kept", inTime, now.Add(-89 * day), now.Add(-89*day + time.Hour), "1m", time.Time{}, now},
		{"when they are kept no more", inTime, now.Add(-91 * day), now.Add(-91*day + time.Hour), "1m", now, now},
		{"an hour of two years ago", inTime, now.Add(-700 * day), now.Add(-700*day + time.Hour), "1m", now, now},
		{"minutes that were lost", inTime, lost.Add(-time.Hour), lost.Add(8 * day), "1h", now, now},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := (&lab{l.Server, t, nil}).ask("over_time.flux", "_result", params{
				"measurement": fmt.Sprintf("%q", c.of), "field": `"threads"`, "window": c.window,
				"start": c.start.Format(time.RFC3339), "stop": c.stop.Format(time.RFC3339),
			})
			require.NotEmpty(t, rows)
			last := 3.0
			for _, r := range rows {
				want := 1.0
				if r.Time().Before(c.threes) {
					want = 3
				} else if r.Time().Before(c.twos) {
					want = 2
				}
				for _, column := range []string{"mean", "min", "max"} {
					require.InDelta(t, want, number(t, r, column), 0, "%s at %s", column, r.Time())
				}
				last = want
			}
			if c.stop.Equal(now) {
				require.InDelta(t, 1.0, last, 0, "the newest are raw")
			}
		})
	}
}
