package flux

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

var buckets = rollup.Defaults

// now is when the queries are asked. The test's buckets keep all, so that it can be any time.
var now = time.Date(2026, 3, 10, 12, 34, 56, 0, time.UTC)

// lab is a real influxd with the tiers that the real tasks made.
type lab struct {
	*influxd.Server
	t      *testing.T
	points []point // all that the hosts ever said
}

func newLab(t *testing.T) *lab {
	l := &lab{Server: influxd.Start(t), t: t}
	l.SetUp(buckets.Raw, buckets.Events, buckets.Minutes, buckets.Hours)
	return l
}

// live stores what the hosts say between two times.
func (l *lab) live(points []point) {
	l.t.Helper()
	lines := map[string][]string{}
	for i := range points {
		bucket := buckets.Raw
		if points[i].measurement == "cosyvoice_synthesis" {
			bucket = buckets.Events
		}
		lines[bucket] = append(lines[bucket], points[i].line())
	}
	for bucket, ls := range lines {
		l.Write(bucket, ls)
	}
	l.points = append(l.points, points...)
}

// roll runs a kind of task until the tier comes to that time; one run makes no more than it may.
func (l *lab) roll(kind string, at time.Time, runs int) {
	l.t.Helper()
	tasks, err := rollup.Tasks(buckets)
	require.NoError(l.t, err)
	for _, task := range tasks {
		switch task.File {
		case kind + "_cosyvoice_gpu.flux", kind + "_cosyvoice_service.flux", kind + "_cosyvoice_synthesis.flux":
			for range runs {
				_, err := l.Query(influxd.At(at, task.Flux))
				require.NoError(l.t, err, task.Name)
			}
		}
	}
}

// expire deletes what a bucket no longer keeps.
func (l *lab) expire(bucket string, kept time.Duration) {
	l.t.Helper()
	require.NoError(l.t, l.Client.DeleteAPI().DeleteWithName(l.t.Context(), influxd.Org, bucket, time.Unix(0, 0), now.Add(-kept), ""))
}

// params are what a person writes in the first lines of a file.
type params map[string]string

var (
	imports   = regexp.MustCompile(`(?m)^import .*\n`)
	profiling = "import \"profiler\"\noption profiler.enabledProfilers = [\"query\"]\n"
)

// script is a file with other parameters, as it runs at now.
func script(t *testing.T, file string, p params) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	s := string(text)
	for name, value := range p {
		line := regexp.MustCompile(`(?m)^` + name + ` = .*$`)
		require.Len(t, line.FindAllString(s, -1), 1, "%s of %s", name, file)
		s = line.ReplaceAllLiteralString(s, name+" = "+value)
	}
	end := 0
	for _, at := range imports.FindAllStringIndex(s, -1) {
		end = at[1]
	}
	return s[:end] + fmt.Sprintf("option now = () => %s\n", now.Format(time.RFC3339)) + s[end:]
}

// ask runs a file and returns the rows of one of its results.
func (l *lab) ask(file, result string, p params) []*query.FluxRecord {
	l.t.Helper()
	records, err := l.Query(script(l.t, file, p))
	require.NoError(l.t, err, file)
	var rows []*query.FluxRecord
	for _, r := range records {
		if r.Result() == result {
			rows = append(rows, r)
		}
	}
	return rows
}

// plan tells how InfluxDB ran a file: the operators of all its queries.
func (l *lab) plan(file string, p params) string {
	l.t.Helper()
	s := script(l.t, file, p)
	at := strings.Index(s, "option now")
	records, err := l.Query(s[:at] + profiling + s[at:])
	require.NoError(l.t, err, file)
	for _, r := range records {
		if plan, ok := r.ValueByKey("flux/query-plan").(string); ok {
			return plan
		}
	}
	require.Fail(l.t, "no plan of "+file)
	return ""
}

// reads tells how many of a plan's reads the storage adds up by itself, of how many it puts the series
// together, and of how many it hands out each row.
func reads(plan string) (addedUp, together, handedOut int) {
	number := func(pattern string) int {
		return len(regexp.MustCompile(`(?m)^  "`+pattern+`[^"]*"$`).FindAllString(plan, -1))
	}
	return number("ReadWindowAggregate"), number(`ReadGroup[0-9]`), number(`[^"]*ReadRange`)
}

// text is the value of a column, empty where it has none.
func text(r *query.FluxRecord, column string) string {
	s, _ := r.ValueByKey(column).(string)
	return s
}

// number is the value of a column; it fails where there is none.
func number(t *testing.T, r *query.FluxRecord, column string) float64 {
	t.Helper()
	switch v := r.ValueByKey(column).(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	}
	require.Failf(t, "no number", "%s of %v", column, r.Values())
	return 0
}
