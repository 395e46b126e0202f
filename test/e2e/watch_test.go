//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// startWatch starts a stack that watches two fake GPUs and whatever servers a test
// starts.
func startWatch(t *testing.T) *stack {
	t.Helper()
	s := newStack(t)
	gpus := fakenvml.Default()
	gpus.Devices = append(gpus.Devices, fakenvml.DefaultDevice(1))
	require.NoError(t, fakenvml.Write(s.gpuState(), gpus))
	s.environment = []string{fakenvml.StateVariable + "=" + s.gpuState()}
	conf := fmt.Sprintf("[[inputs.cosyvoice]]\n  nvml_library = %q\n", program(t, fakenvml.LibraryName))
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "cosyvoice.conf"), []byte(conf), 0o600))
	s.start()
	return s
}

func (s *stack) gpuState() string { return filepath.Join(s.dir, "gpu.state") }

// server is a simulated one, and what it tells of its syntheses.
type server struct {
	*stack
	dir      string
	instance string
	cmd      *exec.Cmd
}

// serve starts a server on the stack's GPU.
func (s *stack) serve(arguments ...string) *server {
	s.t.Helper()
	v := &server{stack: s, dir: s.t.TempDir(), instance: strconv.Itoa(freePort(s.t))}
	v.cmd = exec.Command(program(s.t, "cosyvoice-sim"), append([]string{"run", "--dir", v.dir, "--port", v.instance,
		"--gpu-state", s.gpuState(), "--truth", v.truthFile()}, arguments...)...)
	startUntilEnd(s.t, v.cmd)
	s.t.Cleanup(v.keepEvidence)
	return v
}

// keepEvidence saves the log and the truth of a server whose test failed: what was made of
// them can be seen again by replay.
func (v *server) keepEvidence() {
	if !v.t.Failed() {
		return
	}
	kept, err := os.MkdirTemp("", "cosyvoice-e2e-")
	require.NoError(v.t, err)
	require.NoError(v.t, os.CopyFS(kept, os.DirFS(v.dir)))
	v.t.Logf("the server's folder is kept in %s", kept)
}

func (v *server) truthFile() string { return filepath.Join(v.dir, "truth") }
func (v *server) log() string       { return filepath.Join(v.dir, "cosyvoice.log") }

// pid is that of the server itself, 0 while it does not run.
func (v *server) pid() int { return child(v.t, v.cmd.Process.Pid, "--port "+v.instance) }

// truth is one synthesis as the server knows it. Times are seconds since 1970.
type truth struct {
	Mode       string  `json:"mode"`
	Stream     bool    `json:"stream"`
	Outcome    string  `json:"outcome"`
	Error      string  `json:"error"`
	Start      float64 `json:"start"`
	End        float64 `json:"end"`
	LastYield  float64 `json:"last_yield"`
	Audio      float64 `json:"audio_seconds"`
	Compute    float64 `json:"compute_seconds"`
	Chunks     int     `json:"chunks"`
	Segments   int     `json:"segments"`
	Characters int     `json:"characters"`
	MemoryPeak float64 `json:"gpu_memory_peak_bytes"`
	MemoryHeld float64 `json:"gpu_memory_held_bytes"`
}

// truths are the syntheses that have ended by now.
func (v *server) truths() (told []truth) { return readTruths(v.t, v.truthFile()) }

func readTruths(t *testing.T, path string) (told []truth) {
	content, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	for line := range bytes.Lines(content) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break // it is just being written
		}
		var one truth
		require.NoError(t, json.Unmarshal(line, &one))
		told = append(told, one)
	}
	return told
}

// truthsOf waits until so many syntheses have ended.
func (v *server) truthsOf(count int) []truth {
	v.t.Helper()
	for reached := 0; reached < count; {
		before := reached
		v.eventually(fmt.Sprintf("more than %d of %d syntheses have ended", before, count), func() bool {
			reached = len(v.truths())
			return reached > before
		})
	}
	return v.truths()
}

// points are those of one measurement of a server, a row each with all its fields.
func (s *stack) points(measurement, instance string) []map[string]any {
	return s.rows(fmt.Sprintf(`from(bucket: "performance_monitor_events") |> range(start: -1h)
  |> filter(fn: (r) => r._measurement == %q and r.instance == %q) |> drop(columns: ["_start", "_stop"])
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> group() |> sort(columns: ["_time"])`,
		measurement, instance))
}

// hold waits until InfluxDB holds so many syntheses, and returns them. While it writes a point, some of the
// point's fields are there and others are not yet: so the first of them have to be the same twice.
func (v *server) hold(count int) (rows []map[string]any) {
	v.t.Helper()
	defer func() {
		if len(rows) < count {
			sameSyntheses(v.t, v.truths(), rows)
		}
	}()
	v.eventually(fmt.Sprintf("%d syntheses are in InfluxDB", count), func() bool {
		before := rows
		rows = v.syntheses()
		return min(len(before), len(rows)) >= count && reflect.DeepEqual(before[:count], rows[:count])
	})
	return rows
}

func (v *server) syntheses() []map[string]any { return v.points("cosyvoice_synthesis", v.instance) }

// eventsOf are those of one kind of the server, oldest first.
func (v *server) eventsOf(kind string) (events []map[string]any) {
	for _, row := range v.points("cosyvoice_event", v.instance) {
		if row["kind"] == kind {
			events = append(events, row)
		}
	}
	return events
}

// service is the newest value of a field of the server; false if there is none.
func (s *stack) service(instance, field string) (value float64, ok bool) {
	for _, row := range s.rows(fmt.Sprintf(`from(bucket: "performance_monitor") |> range(start: -15s)
  |> filter(fn: (r) => r._measurement == "cosyvoice_service" and r.instance == %q and r._field == %q) |> last()`,
		instance, field)) {
		switch v := row["_value"].(type) {
		case float64:
			return v, true
		case int64:
			return float64(v), true
		}
	}
	return 0, false
}

// hears waits until the plugin has found the server.
func (s *stack) hears(instance string) {
	s.t.Helper()
	s.eventually("the plugin sees "+instance, func() bool {
		up, ok := s.service(instance, "up")
		return ok && up == 1
	})
}

// number is a field as a float, 0 where it is absent.
func number(row map[string]any, field string) float64 {
	switch v := row[field].(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	}
	return 0
}

func epoch(row map[string]any) float64 { return float64(row["_time"].(time.Time).UnixNano()) / 1e9 }

// sameSyntheses expects each synthesis of the truth once, and none beside them. It
// returns the row of each.
func sameSyntheses(t *testing.T, told []truth, rows []map[string]any) []map[string]any {
	t.Helper()
	ids := map[any]int{}
	for _, row := range rows {
		ids[row["request_id"]]++
	}
	assert.Len(t, ids, len(rows), "request ids")
	found, taken := make([]map[string]any, len(told)), map[int]bool{}
	for i := range told {
		for j, row := range rows {
			if taken[j] || !told[i].isThatOf(row) {
				continue
			}
			found[i], taken[j] = row, true
			break
		}
		assert.NotNil(t, found[i], "lost: %+v", told[i])
	}
	for j, row := range rows {
		assert.True(t, taken[j], "nobody asked for %v", row)
	}
	return found
}

// clockSlack is between the reading of the clock and the line in the log, on a machine
// short of CPU.
const clockSlack = 0.25

// isThatOf compares what cannot be mistaken. A failure has no time of its own in a log:
// its last line before is somewhere between its start and its end. What is inferred may
// have a chunk of another synthesis, but not its segments.
func (tr *truth) isThatOf(row map[string]any) bool {
	if row["outcome"] != tr.Outcome || errorOf(row) != tr.Error {
		return false
	}
	if row["grouping"] == "inferred" {
		started := epoch(row) - number(row, "duration_seconds")
		return started > tr.Start-clockSlack && started < tr.End && number(row, "characters") == float64(tr.Characters)
	}
	first, last := tr.LastYield, tr.LastYield
	if tr.Outcome == "error" || tr.Chunks == 0 {
		first, last = tr.Start, tr.End
	}
	at := epoch(row)
	return at > first-clockSlack && at < last+clockSlack && tr.hasAudioOf(row)
}

// hasAudioOf compares what was handed out.
func (tr *truth) hasAudioOf(row map[string]any) bool {
	return number(row, "chunks") == float64(tr.Chunks) && close(number(row, "audio_seconds"), tr.Audio)
}

func errorOf(row map[string]any) string {
	text, _ := row["error"].(string)
	return text
}

func close(a, b float64) bool { return math.Abs(a-b) < 1e-6 }
