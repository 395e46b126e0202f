//go:build e2e

package e2e

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/kernel"
)

// TestBlackBox looks at what is left of servers that die, run out of memory and hang:
// one event each, and the seconds before the first of them.
func TestBlackBox(t *testing.T) {
	s := startWatch(t)
	mortal := s.serve("--restart", "--rate", "600", "--clients", "2", "--rtf", "0.3")
	// It exhausts its card some seconds after it was found: the first seconds of a flight are before its card was read.
	full := s.serve("--gpu", "1", "--scenario", "accidents", "--requests", "17", "--rate", "600", "--clients", "1", "--rtf", "0.25")
	hanging := s.serve("--gpu", "1", "--entry", "fastapi", "--scenario", "hang", "--requests", "8", "--rate", "600", "--clients", "1", "--rtf", "0.05")

	t.Run("killed", func(t *testing.T) {
		for range 2 {
			s.eventually("the server works", func() bool {
				inFlight, ok := s.service(mortal.instance, "in_flight")
				return ok && inFlight > 0
			})
			old := mortal.pid()
			require.NotZero(t, old)
			time.Sleep(3 * time.Second) // of flight
			require.NoError(t, syscall.Kill(old, syscall.SIGKILL))
			s.eventually("it is back", func() bool { pid := mortal.pid(); return pid != 0 && pid != old })
		}
		s.eventually("both exits are events", func() bool { return len(mortal.eventsOf("exit")) == 2 })
		events := mortal.eventsOf("exit")
		told, err := kernel.TellsExits()
		require.NoError(t, err)
		for _, e := range events {
			if told {
				assert.Equal(t, "killed", e["reason"])
				assert.Equal(t, "SIGKILL", e["signal"])
			} else {
				assert.Equal(t, "unknown", e["reason"])
				assert.Contains(t, e["message"], "why is not known")
			}
		}
		assert.Nil(t, events[1]["event_id"], "the seconds before are kept once in five minutes")
		flight := flightOf(t, mortal, events[0])
		last := flight[len(flight)-1]
		assert.Positive(t, number(flight[len(flight)-3], "in_flight"))
		assert.Positive(t, number(flight[len(flight)-3], "memory_rss_bytes"))
		assert.WithinDuration(t, events[0]["_time"].(time.Time), last["_time"].(time.Time), 2*time.Second)
	})
	t.Run("out of memory", func(t *testing.T) {
		full.truthsOf(17)
		s.eventually("both times are events", func() bool { return len(full.eventsOf("oom")) == 2 })
		events := full.eventsOf("oom")
		assert.Nil(t, events[1]["event_id"])
		for _, e := range events {
			assert.Equal(t, 256.0*(1<<30), number(e, "oom_tried_bytes"))
		}
		flightOf(t, full, events[0])
	})
	t.Run("stuck", func(t *testing.T) {
		s.eventually("it is an event", func() bool { return len(hanging.eventsOf("stuck")) == 1 })
		event := hanging.eventsOf("stuck")[0]
		assert.Contains(t, event["message"], "the thread of its language model has died")
		flightOf(t, hanging, event)
		inFlight, _ := s.service(hanging.instance, "in_flight")
		assert.Equal(t, 1.0, inFlight, "it keeps its place")
	})
}

// flightOf are the seconds before an event. They are all that there are of the server.
func flightOf(t *testing.T, v *server, event map[string]any) []map[string]any {
	t.Helper()
	require.NotEmpty(t, event["event_id"])
	var flight []map[string]any
	v.eventually("the seconds before it", func() bool {
		flight = v.points("cosyvoice_flight", v.instance)
		return len(flight) > 0
	})
	assert.LessOrEqual(t, len(flight), 121)
	require.Greater(t, len(flight), 3)
	memory := 0
	for _, second := range flight {
		assert.Equal(t, event["event_id"], second["event_id"])
		if number(second, "gpu_memory_bytes") > 0 {
			memory++
		}
	}
	assert.Greater(t, memory, len(flight)/2, "seconds with the memory of the GPU")
	t.Logf("%s: %d of %d seconds", event["event_id"], memory, len(flight))
	return flight
}
