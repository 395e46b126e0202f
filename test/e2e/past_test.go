//go:build e2e

package e2e

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDemoWithAHistory starts a demo with two weeks behind it.
func TestDemoWithAHistory(t *testing.T) {
	s := newStack(t)
	s.arguments = append(demo(t), "--history", "15d")
	s.start()
	began := time.Now()
	require.Contains(t, s.output.String(), "None of it was measured")

	says := func(arguments ...string) string {
		out, err := s.command(arguments...).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	assert.Contains(t, says("gaps", "--since", "360h"), "Nothing is missing")
	found := says("why", "--since", "360h")
	for _, code := range []string{"gpu_memory_leak", "gpu_out_of_memory", "throttle_thermal", "host_cpu_contention", "warm_up"} {
		assert.Contains(t, found, code)
	}
	assert.Contains(t, found, "  demo  ")

	// What the plugin tells goes on in the same series, with fields that were there before.
	known := s.seriesAndFields(began.Add(-6*time.Hour), began.Add(-2*time.Minute))
	s.eventually("the plugin has told what it tells once a minute", func() bool {
		for one := range s.seriesAndFields(began, time.Now()) {
			if strings.HasPrefix(one, "cosyvoice_gpu fan_percent") {
				return true
			}
		}
		return false
	})
	for one := range s.seriesAndFields(began, time.Now()) {
		assert.Contains(t, known, one)
	}

	s.stop()
	cmd, output := up(t, s.dir, s.port, s.arguments...)
	var failed *exec.ExitError
	require.ErrorAs(t, cmd.Run(), &failed)
	assert.Contains(t, output.String(), "holds a made-up history already")
	s.arguments = s.arguments[:3]
	s.start() // without --history it goes on
}

// seriesAndFields are all of the ticks of a time.
func (s *stack) seriesAndFields(from, to time.Time) map[string]bool {
	all := map[string]bool{}
	for _, row := range s.rows(fmt.Sprintf(`from(bucket: "performance_monitor") |> range(start: %s, stop: %s)
  |> filter(fn: (r) => r._measurement =~ /^(system_metrics|cosyvoice_)/) |> last()`, from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))) {
		one := fmt.Sprint(row["_measurement"], " ", row["_field"])
		for _, tag := range []string{"host", "service", "instance", "version", "uuid", "gpu_uuid", "name", "role", "collector"} {
			if value, ok := row[tag]; ok {
				one += fmt.Sprintf(",%s=%v", tag, value)
			}
		}
		all[one] = true
	}
	return all
}
