//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The test binary is also a program that Telegraf starts: one that counts.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "count" {
		count(os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const pointsPerSecond = 20

// count prints a numbered tick and a numbered event, over and over, while the file
// "go" is in the folder. The number is kept there, so that another process goes on
// from it. It ends with Telegraf.
func count(dir string) {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for range time.Tick(time.Second / pointsPerSecond) {
		if _, err := os.Stat(filepath.Join(dir, "go")); err != nil {
			continue
		}
		n := counted(dir) + 1
		if os.WriteFile(filepath.Join(dir, "n"), []byte(strconv.Itoa(n)), 0o600) != nil {
			return
		}
		now := time.Now().UnixNano()
		if _, err := fmt.Printf("numbered id=\"tick%06d\" %d\ncosyvoice_event,kind=numbered id=\"event%06d\" %d\n", n, now, n, now); err != nil {
			return
		}
	}
}

func counted(dir string) int {
	text, _ := os.ReadFile(filepath.Join(dir, "n"))
	n, _ := strconv.Atoi(string(text))
	return n
}

// TestOutage measures what the README says of the disk buffer: InfluxDB does not
// answer for a while, Telegraf is killed meanwhile, and each point that it had taken
// is there in the end. COSYVOICE_OUTAGE=40s makes the outage as long as the README's.
func TestOutage(t *testing.T) {
	outage := 8 * time.Second
	if given := os.Getenv("COSYVOICE_OUTAGE"); given != "" {
		var err error
		outage, err = time.ParseDuration(given)
		require.NoError(t, err)
	}
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	s := startStack(t, fmt.Sprintf("[[inputs.execd]]\n  command = [%q, \"count\", %q]\n  data_format = \"influx\"\n", self, dir))
	going := filepath.Join(dir, "go")
	countFor := func(d time.Duration) {
		require.NoError(t, os.WriteFile(going, nil, 0o600))
		until := counted(dir) + int(d.Seconds()*pointsPerSecond)
		s.eventually("points are counted", func() bool { return counted(dir) >= until })
		require.NoError(t, os.Remove(going))
	}

	countFor(2 * time.Second)
	influxd := s.pid("influxd")
	require.NoError(t, syscall.Kill(influxd, syscall.SIGSTOP))
	defer func() { _ = syscall.Kill(influxd, syscall.SIGCONT) }()
	countFor(outage / 2)
	s.eventually("Telegraf has taken the points", func() bool {
		n := counted(dir)
		return inBuffer(t, s, fmt.Sprintf("tick%06d", n)) && inBuffer(t, s, fmt.Sprintf("event%06d", n))
	})
	killed := s.pid("telegraf")
	counter, err := procfs.NewProc(child(t, killed, " count "))
	require.NoError(t, err)
	stat, err := counter.Stat()
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
	s.eventually("nobody counts for the killed Telegraf", func() bool { return !alive(stat) })
	countFor(outage / 2) // by the Telegraf that took its place
	require.NoError(t, syscall.Kill(influxd, syscall.SIGCONT))

	n := counted(dir)
	for kind, query := range map[string]string{
		"tick":  `from(bucket: "performance_monitor") |> range(start: -1h) |> filter(fn: (r) => r._measurement == "numbered")`,
		"event": `from(bucket: "performance_monitor_events") |> range(start: -1h) |> filter(fn: (r) => r.kind == "numbered")`,
	} {
		s.eventually(fmt.Sprintf("all %d points of %s are there", n, kind), func() bool { return len(s.rows(query)) >= n })
		seen := map[any]int{}
		for _, row := range s.rows(query) {
			seen[row["_value"]]++
		}
		for i := 1; i <= n; i++ {
			assert.Equal(t, 1, seen[fmt.Sprintf("%s%06d", kind, i)], "%s %d", kind, i)
		}
		t.Logf("%d of %d points of %s after an outage of %s", len(seen), n, kind, outage)
	}
}

// inBuffer reports whether a text stands in a disk buffer of Telegraf.
func inBuffer(t *testing.T, s *stack, text string) bool {
	segments, err := filepath.Glob(filepath.Join(s.dir, "buffer", "*", strings.Repeat("[0-9]", 20)))
	require.NoError(t, err)
	for _, segment := range segments {
		if content, _ := os.ReadFile(segment); bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}
