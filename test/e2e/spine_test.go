//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

const userQuery = `from(bucket: "performance_monitor") |> range(start: -24h)
  |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "gpu_memory_used_mb")
  |> group(columns: ["host"]) |> aggregateWindow(every: 1m, fn: mean)`

// TestSpine follows the data from the plugin to a query, kills each part in turn,
// and hangs the driver, on one running stack.
func TestSpine(t *testing.T) {
	s := startStack(t)

	s.eventually("the user's query gives rows", func() bool { return len(s.rows(userQuery)) > 0 })
	for _, row := range s.rows(userQuery) {
		if v, ok := row["_value"].(float64); ok {
			assert.Greater(t, v, 100.0)
			assert.Less(t, v, 24564.0)
		}
	}

	t.Run("Telegraf's token can only write its two buckets", func(t *testing.T) { tokens(t, s) })
	t.Run("a hot GPU of yesterday is found", func(t *testing.T) { hotYesterday(t, s) })
	t.Run("top shows it, from InfluxDB and by itself", func(t *testing.T) { seenByTop(t, s) })

	plugin := func() int { return s.pid("cosyvoice-telegraf") }
	kills := []struct {
		what string
		pid  func() int
	}{
		{"the server", func() int { return child(t, s.pid("cosyvoice-sim"), "webui.py") }},
		{"the NVML child", func() int { return child(t, plugin(), "nvml-child") }},
		{"the plugin", plugin},
		{"Telegraf", func() int { return s.pid("telegraf") }},
		{"InfluxDB", func() int { return s.pid("influxd") }},
	}
	for _, k := range kills {
		t.Run("kill -9 of "+k.what, func(t *testing.T) {
			var old int
			s.eventually(k.what+" runs", func() bool { old = k.pid(); return old != 0 })
			require.NoError(t, syscall.Kill(old, syscall.SIGKILL))
			s.eventually(k.what+" runs again", func() bool { pid := k.pid(); return pid != 0 && pid != old })
			back := time.Now()
			for _, field := range []string{"gpu_memory_used_mb", "memory_used_mb"} {
				s.eventually(field+" goes on", func() bool { return s.newerThan(back, "system_metrics", field) >= 2 })
			}
		})
	}
	s.eventually("the server's death is an event", func() bool { return len(s.events("exit")) > 0 })
	s.eventually("the server's return is an event", func() bool { return len(s.events("start")) > 0 })

	t.Run("a hung driver is said, and recovers", func(t *testing.T) { hungDriver(t, s) })
	t.Run("a lost GPU is said, and comes back", func(t *testing.T) { lostGPU(t, s) })
	noTickTwice(t, s)
	t.Run("InfluxDB rolls the ticks up to minutes", func(t *testing.T) { rolledUp(t, s) })
}

// seenByTop looks at the stack as a person does, and without it.
func seenByTop(t *testing.T, s *stack) {
	for _, arguments := range [][]string{{"--state", s.dir}, {"--local", "--config", filepath.Join(s.dir, "demo", "cosyvoice.conf")}} {
		s.eventually("server, card and its memory's owners are shown", func() bool {
			cmd := exec.Command(program(t, "cosyvoicectl"), append([]string{"top", "--lang", "en"}, arguments...)...)
			cmd.Env = append(os.Environ(), fakenvml.StateVariable+"="+filepath.Join(s.dir, "demo", "gpu.state"))
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			return shown.Match(out)
		})
	}
}

var shown = regexp.MustCompile(`(?m)^\d+ +(ready|busy) [^$]*^GPU 0  NVIDIA \S.* °C [^$]*^█ CosyVoice \d+(\.\d+)? [MG]iB`)

// rolledUp waits until the minutes that are over hold as many points as there are ticks, after
// all the kills before.
func rolledUp(t *testing.T, s *stack) {
	counted := func(bucket, field, fn string) map[time.Time]any {
		counts := map[time.Time]any{}
		for _, row := range s.rows(fmt.Sprintf(`import "date"
from(bucket: %q) |> range(start: -1h, stop: date.truncate(t: now(), unit: 1m))
  |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r._field == %q)
  |> aggregateWindow(every: 1m, fn: %s, createEmpty: false, timeSrc: "_start") |> group(columns: ["_time"]) |> sum()`, bucket, field, fn)) {
			counts[row["_time"].(time.Time)] = row["_value"]
		}
		return counts
	}
	s.eventually("the minutes are whole", func() bool {
		ticks := counted("performance_monitor", "up", "count")
		return len(ticks) > 0 && reflect.DeepEqual(ticks, counted("performance_monitor_1m", "points_count", "sum"))
	})
}

func tokens(t *testing.T, s *stack) {
	const line = "system_metrics gpu_memory_used_mb=1"
	assert.Equal(t, http.StatusUnauthorized, s.write("", "performance_monitor", line), "anonymous")
	assert.Equal(t, http.StatusUnauthorized, s.write("guessed", "performance_monitor", line))

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	operator := influx.New(s.url, "cosyvoice_org", s.secret("influx_operator_token"))
	defer operator.Close()
	const other = "somebody_elses"
	require.NoError(t, operator.Call(ctx, "POST", "buckets", nil, map[string]any{"orgID": organisation(ctx, t, operator), "name": other}, nil))
	require.Equal(t, http.StatusNoContent, s.write(s.secret("influx_operator_token"), other, line), "the bucket is there")

	token := s.secret("telegraf", "influx_write_token")
	assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, s.write(token, other, line))
	telegraf := influx.New(s.url, "cosyvoice_org", token)
	defer telegraf.Close()
	_, err := telegraf.Query(ctx, `from(bucket: "performance_monitor") |> range(start: -1h)`)
	assert.Error(t, err, "Telegraf's token reads")
}

func organisation(ctx context.Context, t *testing.T, operator *influx.Client) (id string) {
	var answer struct{ Orgs []struct{ ID string } }
	require.NoError(t, operator.Call(ctx, "GET", "orgs", nil, nil, &answer))
	return answer.Orgs[0].ID
}

// hotYesterday writes a hot hour of yesterday and asks for it as a user would.
func hotYesterday(t *testing.T, s *stack) {
	day := time.Now().UTC().AddDate(0, 0, -1).Truncate(24 * time.Hour)
	body := &strings.Builder{}
	for minute := 14 * 60; minute < 17*60; minute++ {
		celsius := 60.0
		if minute >= 15*60+20 && minute < 15*60+30 || minute == 16*60+30 {
			celsius = 78.5
		}
		fmt.Fprintf(body, "system_metrics,host=old gpu_temperature_c=%g %d\n", celsius, day.Add(time.Duration(minute)*time.Minute).UnixNano())
	}
	require.Equal(t, http.StatusNoContent, s.write(s.secret("telegraf", "influx_write_token"), "performance_monitor", body.String()))

	rows := s.rows(`from(bucket: "performance_monitor")
  |> range(start: ` + day.Add(15*time.Hour).Format(time.RFC3339) + `, stop: ` + day.Add(16*time.Hour).Format(time.RFC3339) + `)
  |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "gpu_temperature_c")
  |> filter(fn: (r) => r._value > 75.0)`)
	assert.Len(t, rows, 10)
}

// hungDriver makes the driver's memory call block, and lets it go on again.
func hungDriver(t *testing.T, s *stack) {
	state := filepath.Join(s.dir, "demo", "gpu.state")
	began := time.Now()
	require.NoError(t, fakenvml.Update(state, func(st *fakenvml.State) error {
		return st.Set("call.nvmlDeviceGetMemoryInfo_v2.hang_s", "3600")
	}))
	s.eventually("the GPU is reported as hung", func() bool {
		return len(s.rows(`from(bucket: "performance_monitor") |> range(start: -1m)
  |> filter(fn: (r) => r._measurement == "cosyvoice_gpu" and r._field == "state" and r._value == "hung")`)) > 0
	})
	s.eventually("the host goes on", func() bool {
		return s.newerThan(time.Now().Add(-3*time.Second), "system_metrics", "memory_used_mb") > 0
	})
	hung := time.Now()
	s.eventually("stuck seconds grow", func() bool {
		rows := s.rows(`from(bucket: "performance_monitor") |> range(start: -10s)
  |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r._field == "nvml_stuck_seconds") |> last()`)
		for _, row := range rows {
			if v, _ := row["_value"].(float64); v > 4 {
				return true
			}
		}
		return false
	})
	assert.Zero(t, s.newerThan(hung, "cosyvoice_gpu", "memory_used_bytes"), "no stale value while hung (since %s)", began)
	require.NoError(t, fakenvml.Update(state, func(st *fakenvml.State) error {
		st.Calls = nil
		return nil
	}))
	freed := time.Now()
	s.eventually("GPU memory is back", func() bool { return s.newerThan(freed, "cosyvoice_gpu", "memory_used_bytes") > 0 })
	s.eventually("the recovery is an event", func() bool { return len(s.events("gpu_recovered")) > 0 })
}

// lostGPU makes the driver say that the card fell off the bus.
func lostGPU(t *testing.T, s *stack) {
	state := filepath.Join(s.dir, "demo", "gpu.state")
	require.NoError(t, fakenvml.Update(state, func(st *fakenvml.State) error {
		return st.Set("call.nvmlDeviceGetMemoryInfo_v2.error", "15") // NVML_ERROR_GPU_IS_LOST
	}))
	s.eventually("the GPU is reported as lost", func() bool {
		return len(s.rows(`from(bucket: "performance_monitor") |> range(start: -1m)
  |> filter(fn: (r) => r._measurement == "cosyvoice_gpu" and r._field == "state" and r._value == "lost")`)) > 0
	})
	s.eventually("its loss is an event of this card", func() bool {
		events := s.events("gpu_lost")
		return len(events) == 1 && events[0]["uuid"] == fakenvml.Default().Devices[0].UUID && events[0]["severity"] == "error"
	})
	s.eventually("status says it and what to do", func() bool {
		out, err := exec.Command(program(t, "cosyvoicectl"), "status", "--lang", "en", "--state", s.dir).Output()
		return err != nil && strings.Contains(string(out), "is lost: it fell off the bus")
	})
	require.NoError(t, fakenvml.Update(state, func(st *fakenvml.State) error {
		st.Calls = nil
		return nil
	}))
	back := time.Now()
	s.eventually("GPU memory is back", func() bool { return s.newerThan(back, "cosyvoice_gpu", "memory_used_bytes") > 0 })
	s.eventually("its return is an event", func() bool { return len(s.events("gpu_back")) == 1 })
}

// noTickTwice checks that no part's return made two clocks tick: successive ticks of
// the plugin are an interval apart.
func noTickTwice(t *testing.T, s *stack) {
	rows := s.rows(`from(bucket: "performance_monitor") |> range(start: -1h)
  |> filter(fn: (r) => r._measurement == "cosyvoice_agent" and r.collector == "plugin" and r._field == "success")`)
	require.NotEmpty(t, rows)
	var last time.Time
	for _, row := range rows {
		at := row["_time"].(time.Time)
		if !last.IsZero() {
			assert.Greater(t, at.Sub(last), 400*time.Millisecond)
		}
		last = at
	}
}

// TestGarbageConfiguration shows what a user sees who mistyped a key.
func TestGarbageConfiguration(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "cosyvoice.conf")
	require.NoError(t, os.WriteFile(conf, []byte("[[inputs.cosyvoice]]\n  nvml_librery = \"x\"\n  probe = \"yes\"\n"), 0o600))
	out, err := exec.Command(program(t, "cosyvoice-telegraf"), "--config", conf, "--check-config").CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), `cosyvoice.conf:2: unknown key "nvml_librery"`)
	assert.Contains(t, string(out), `cosyvoice.conf:3:`)
}

// TestMissingSymbol runs on a driver that lacks calls: the others are read.
func TestMissingSymbol(t *testing.T) {
	dir := t.TempDir()
	library, err := fakenvml.Build(t.Context(), dir, "nvmlDeviceGetTotalEnergyConsumption", "nvmlDeviceGetMemoryInfo_v2")
	require.NoError(t, err)
	state := filepath.Join(dir, "gpu.state")
	require.NoError(t, fakenvml.Write(state, fakenvml.Default()))
	conf := filepath.Join(dir, "cosyvoice.conf")
	require.NoError(t, os.WriteFile(conf, []byte("[[inputs.cosyvoice]]\n  nvml_library = \""+library+"\"\n"), 0o600))
	cmd := exec.Command(program(t, "cosyvoice-telegraf"), "--config", conf, "--once")
	cmd.Env = append(os.Environ(), fakenvml.StateVariable+"="+state)
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.NotContains(t, string(out), "energy_joules")
	assert.Contains(t, string(out), "memory_used_bytes")
	assert.Contains(t, string(out), "temperature_c")
}
