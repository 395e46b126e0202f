package grafana

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Generation is how a version of Grafana puts in what Flux calls v.
type Generation int

// The generations.
const (
	UpTo11 Generation = iota // it does so whatever stands before the dot: r.bucket is clobbered too
	From12
)

// Range is the time that a dashboard shows, and in how fine windows.
type Range struct {
	From, To time.Time
	Interval time.Duration
}

var (
	anyMember = regexp.MustCompile(`[a-zA-Z]+\.([a-zA-Z]+)`)
	vMember   = regexp.MustCompile(`v\.([a-zA-Z]+)`)
)

// Expand puts in the macros: also in comments and in texts.
func (g Generation) Expand(query, bucket, organization string, r Range) string {
	values := map[string]string{
		"timeRangeStart": r.From.UTC().Format(time.RFC3339Nano),
		"timeRangeStop":  r.To.UTC().Format(time.RFC3339Nano),
		"windowPeriod":   r.Interval.String(),
		"bucket":         strconv.Quote(bucket),
		"defaultBucket":  strconv.Quote(bucket),
		"organization":   strconv.Quote(organization),
	}
	pattern := anyMember
	if g == From12 {
		pattern = vMember
	}
	var done strings.Builder
	end := 0
	for _, at := range pattern.FindAllStringSubmatchIndex(query, -1) {
		name := query[at[2]:at[3]]
		value, known := values[name]
		if !known || g == From12 && name == "bucket" && strings.Contains(query[:at[0]], "join.") {
			continue
		}
		done.WriteString(query[end:at[0]] + value)
		end = at[1]
	}
	done.WriteString(query[end:])
	return strings.NewReplacer(
		"$__interval_ms", strconv.FormatInt(r.Interval.Milliseconds(), 10),
		"$__interval", short(r.Interval),
	).Replace(done.String())
}

// short is an interval in the largest unit that it is whole in.
func short(d time.Duration) string {
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if d%unit.length == 0 {
			return strconv.FormatInt(int64(d/unit.length), 10) + unit.name
		}
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}
