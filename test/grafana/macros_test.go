package grafana

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMacrosArePutIn(t *testing.T) {
	r := Range{
		From: time.Date(2026, 3, 10, 12, 0, 0, 0, time.FixedZone("", 8*3600)), To: time.Date(2026, 3, 10, 5, 0, 0, 7e6, time.UTC), Interval: 90 * time.Second,
	}
	const from, to = "2026-03-10T04:00:00Z", "2026-03-10T05:00:00.007Z"
	for _, c := range []struct{ query, upTo11, from12 string }{
		{"range(start: v.timeRangeStart, stop: v.timeRangeStop)", "range(start: " + from + ", stop: " + to + ")", "range(start: " + from + ", stop: " + to + ")"},
		{"every: v.windowPeriod", "every: 1m30s", "every: 1m30s"},
		{"v.bucket v.defaultBucket v.organization", `"b" "b" "o"`, `"b" "b" "o"`},
		{"r.bucket task.organization // window.windowPeriod", `"b" "o" // 1m30s`, "r.bucket task.organization // window.windowPeriod"},
		{"env.bucket", `"b"`, `en"b"`},
		{"r.host tier.name v.host", "r.host tier.name v.host", "r.host tier.name v.host"},
		{"join.left(v.bucket, v.defaultBucket)", `join.left("b", "b")`, `join.left(v.bucket, "b")`},
		{`"v.windowPeriod"`, `"1m30s"`, `"1m30s"`},
		{"v.windowPeriods v._value a.b.bucket", "v.windowPeriods v._value a.b.bucket", "v.windowPeriods v._value a.b.bucket"},
		{"$__interval_ms $__interval", "90000 90s", "90000 90s"},
	} {
		assert.Equal(t, c.upTo11, UpTo11.Expand(c.query, "b", "o", r), c.query)
		assert.Equal(t, c.from12, From12.Expand(c.query, "b", "o", r), c.query)
	}
	for d, want := range map[time.Duration]string{
		200 * time.Millisecond: "200ms", 10 * time.Second: "10s", time.Minute: "1m", 2 * time.Hour: "2h", 24 * time.Hour: "1d",
	} {
		r.Interval = d
		assert.Equal(t, want, From12.Expand("$__interval", "b", "o", r))
	}
}

func TestIntervalIsRounded(t *testing.T) {
	for _, c := range []struct {
		span   time.Duration
		points int
		least  time.Duration
		want   time.Duration
	}{
		{15 * time.Minute, 1000, 10 * time.Second, 10 * time.Second},
		{15 * time.Minute, 1000, 0, time.Second},
		{6 * time.Hour, 1000, 10 * time.Second, 20 * time.Second},
		{7 * day, 1000, 10 * time.Second, 10 * time.Minute},
		{90 * day, 1000, 10 * time.Second, 2 * time.Hour},
		{730 * day, 1000, 0, 12 * time.Hour},
		{730 * day, 500, 0, day},
		{14 * time.Millisecond, 1, 0, 10 * time.Millisecond},
		{15 * time.Millisecond, 1, 0, 20 * time.Millisecond},
		{time.Nanosecond, 0, 0, time.Millisecond},
		{24*time.Hour - 1, 1, 0, 12 * time.Hour},
	} {
		assert.Equal(t, c.want, Interval(c.span, c.points, c.least), "%s in %d points", c.span, c.points)
	}
}
