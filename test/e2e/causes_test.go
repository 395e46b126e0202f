//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCausesLive lets five servers go wrong, each in a way of its own, and waits until the tasks say of
// each what it is, and nothing else. What takes longer than minutes is in test/scenario.
func TestCausesLive(t *testing.T) {
	s := startWatch(t)
	// Each has done all that it will do when the card is judged to be idle, but for the one that has no
	// card and dies again and again.
	quick := func(scenario string, requests int, more ...string) string {
		return s.serve(append([]string{"--scenario", scenario, "--requests", fmt.Sprint(requests), "--rate", "600",
			"--clients", "1", "--rtf", "0.05"}, more...)...).instance
	}
	expected := map[string][]string{
		quick("hang", 5, "--entry", "fastapi"):                                   {"stuck_dead_thread"},
		quick("poison", 6):                                                       {"sticky_cuda_error"},
		quick("accidents", 5, "--gpu", "1"):                                      {"gpu_out_of_memory"},
		quick("ramble", 4, "--gpu", "1"):                                         {"runaway_generation"},
		quick("crash", 0, "--restart", "--gpu-state", "", "--load-seconds", "1"): {"crash_loop"},
	}
	var found map[string][]string
	began := time.Now()
	defer func() { t.Logf("after %s: %v", time.Since(began).Round(time.Second), found) }()
	// Two minutes have to be over and rolled up; the tasks run each minute.
	require.Eventually(t, func() bool {
		found = s.causes(slices.Collect(maps.Keys(expected)))
		return len(found) == len(expected)
	}, 6*time.Minute, time.Second)
	assert.Equal(t, expected, found)
}

// causes are the codes that the tasks have found of each server up to now.
func (s *stack) causes(instances []string) map[string][]string {
	found := map[string][]string{}
	for _, row := range s.rows(`from(bucket: "performance_monitor_events") |> range(start: -1h)
  |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field == "since" and r.severity != "info")
  |> group(columns: ["instance", "code"]) |> last() |> group() |> sort(columns: ["code"])`) {
		if instance, _ := row["instance"].(string); slices.Contains(instances, instance) {
			found[instance] = append(found[instance], row["code"].(string))
		}
	}
	return found
}
