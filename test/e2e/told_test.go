//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/scenario"
)

// newTold is a stack, not yet started, whose Telegraf also takes what made-up boxes tell, and which
// tells Alertmanager of what is found.
func newTold(t *testing.T, settings string) *stack {
	t.Helper()
	s := newStack(t)
	conf := filepath.Join(s.dir, "telegraf.conf")
	content, err := os.ReadFile(conf)
	require.NoError(t, err)
	input := fmt.Sprintf("\n[[inputs.execd]]\n  command = [\"tail\", \"-n\", \"+1\", \"-F\", %q]\n  data_format = \"influx\"\n", s.told())
	require.NoError(t, os.WriteFile(conf, append(content, input...), 0o600))
	require.NoError(t, os.WriteFile(s.told(), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "cosyvoicectl.toml"), []byte("[alerts]\n"+settings), 0o600))
	return s
}

// told is the file of which Telegraf reads what made-up boxes tell.
func (s *stack) told() string { return filepath.Join(s.dir, "told") }

// box is a made-up one that tells what happens to it through the stack's Telegraf.
type box struct {
	*scenario.Recorder
	stack *stack
	host  string
	until time.Time      // it has told all before
	lines map[string]int // that it told, by measurement
}

// box makes one up of which the trouble begins at the onset. It tells nothing of before a time.
func (s *stack) box(b scenario.Box, onset, begin time.Time) *box {
	return &box{b.Record(onset), s, b.Name, begin, map[string]int{}}
}

// tells writes what happened until then, of so many ticks, and waits until it is in InfluxDB.
func (b *box) tells(until time.Time, step time.Duration) {
	s := b.stack
	s.t.Helper()
	lines := b.Lines(b.until, until, step)
	for _, line := range lines {
		measurement, _, _ := strings.Cut(line, ",")
		b.lines[measurement]++
	}
	file, err := os.OpenFile(s.told(), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(s.t, err)
	_, err = file.WriteString(strings.Join(lines, "\n") + "\n")
	require.NoError(s.t, err)
	require.NoError(s.t, file.Close())
	b.until = until
	for measurement, mark := range map[string]string{"system_metrics": "load1", "cosyvoice_process": "count", "cosyvoice_synthesis": "request_id", "cosyvoice_event": "message"} {
		bucket := "performance_monitor"
		if measurement == "cosyvoice_synthesis" || measurement == "cosyvoice_event" {
			bucket += "_events"
		}
		s.eventually(fmt.Sprintf("%d points of %s of %s are in InfluxDB", b.lines[measurement], measurement, b.host), func() bool {
			rows := s.rows(fmt.Sprintf(`from(bucket: %q) |> range(start: -12h) |> filter(fn: (r) => r._measurement == %q and r.host == %q and r._field == %q)
  |> group() |> count()`, bucket, measurement, b.host, mark))
			return b.lines[measurement] == 0 || len(rows) > 0 && rows[0]["_value"] == int64(b.lines[measurement])
		})
	}
}

// evening is a box on which too much is asked for since eight minutes ago. What is usual is known
// from two hours before; of the time between nothing is.
func (s *stack) evening(present time.Time) *box {
	s.t.Helper()
	afternoon := present.Add(-150 * time.Minute)
	b := s.box(scenario.Evening(), present.Add(-8*time.Minute), afternoon)
	b.tells(afternoon.Add(10*time.Minute), time.Minute)
	b.until = present.Add(-15 * time.Minute)
	b.tells(present, 10*time.Second)
	s.rollUp(present)
	s.run(present.Truncate(time.Hour), "cosyvoice 1h cosyvoice_synthesis")
	return b
}

// The tasks that judge, and that tell of it.
const (
	checks = "cosyvoice checks"
	alerts = "cosyvoice alerts"
)

var judges = []string{"cosyvoice causes minutes", "cosyvoice causes trends"}

// rollUp has the minutes before a time computed.
func (s *stack) rollUp(until time.Time) {
	s.t.Helper()
	s.run(until, rollups()...)
}

func rollups() (tasks []string) {
	for _, source := range rollup.Sources {
		tasks = append(tasks, source.Task(rollup.Minutes))
	}
	return tasks
}

// judge has the causes looked for as of a time.
func (s *stack) judge(at time.Time) {
	s.t.Helper()
	s.run(at, judges...)
}

// alert has people told of what there is at a time.
func (s *stack) alert(at time.Time) {
	s.t.Helper()
	s.run(at, checks, alerts)
}
