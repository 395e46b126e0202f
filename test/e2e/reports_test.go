//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReports runs a real Python that reports its syntheses itself, and logs them too:
// each is in InfluxDB once, with what only the server can know.
func TestReports(t *testing.T) {
	const requests = 24
	s := startWatch(t)
	v := &server{stack: s, dir: t.TempDir(), instance: strconv.Itoa(freePort(t))}
	ask := v.startPython(t)
	s.hears(v.instance)
	_, err := fmt.Fprintln(ask, requests)
	require.NoError(t, err)
	told := v.truthsOf(requests)
	v.hold(requests)
	// A log without bars tells the end of a request ten seconds later.
	last := time.UnixMicro(int64(told[requests-1].End * 1e6))
	s.eventually("the log would have told them too", func() bool {
		return s.newerThan(last.Add(15*time.Second), "system_metrics", "memory_used_mb") > 0
	})
	rows := v.syntheses()
	assert.Equal(t, map[string]int{"ok ": 17, "error out_of_memory": 4, "abandoned ": 3}, outcomesTold(told))
	sameSyntheses(t, told, rows)
	assert.Equal(t, outcomesTold(told), outcomesFound(rows))
	for _, row := range rows {
		assert.Equal(t, "exact", row["grouping"])
		assert.Equal(t, "sft", row["mode"])
		assert.Equal(t, 5e9, number(row, "torch_allocated_bytes"))
		assert.Equal(t, 7e9, number(row, "torch_peak_bytes"))
		if row["outcome"] == "error" {
			assert.Equal(t, "torch.OutOfMemoryError", row["exception"])
		}
	}
	assert.Len(t, v.eventsOf("oom"), 4, "each once, of the log and the reports")
	v.releases(t)
}

// releases has the server give memory back, which is an event.
func (v *server) releases(t *testing.T) {
	said, err := exec.Command(program(t, "cosyvoicectl"), "release-cache", "--lang", "en", "--state", v.stack.dir, "--instance", v.instance).CombinedOutput()
	require.NoError(t, err, "%s", said)
	assert.Contains(t, string(said), "gave back 2.8 GiB")
	v.stack.eventually("that is an event", func() bool { return len(v.eventsOf("cache_released")) > 0 })
	events := v.eventsOf("cache_released")
	require.Len(t, events, 1)
	assert.Equal(t, "info", events[0]["severity"])
	assert.Equal(t, 3e9, number(events[0], "freed_bytes"))
	assert.Equal(t, 5e9, number(events[0], "torch_reserved_bytes"))
}

// startPython starts the server, which is asked through what it returns.
func (v *server) startPython(t *testing.T) io.Writer {
	python, err := exec.LookPath("python3")
	require.NoError(t, err, "this test runs Python 3.8 or newer")
	var path []string
	for _, folder := range []string{"../../deploy/python", "../../deploy/python/testdata/faketorch", "testdata/reporting"} {
		absolute, err := filepath.Abs(folder)
		require.NoError(t, err)
		path = append(path, absolute)
	}
	script, err := os.ReadFile("testdata/reporting/server.py")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(v.dir, "server.py"), script, 0o600))
	log, err := os.Create(v.log())
	require.NoError(t, err)
	defer log.Close()

	v.cmd = exec.Command(python, "server.py", "--port", v.instance, "--model_dir", "Fun-CosyVoice3-0.5B", "--truth", v.truthFile())
	v.cmd.Dir, v.cmd.Stdout, v.cmd.Stderr = v.dir, log, log
	v.cmd.Env = append(os.Environ(), "PYTHONPATH="+strings.Join(path, string(os.PathListSeparator)), "PYTHONDONTWRITEBYTECODE=1",
		"PYTHONIOENCODING=utf-8", "COSYVOICE_TELEGRAF_SOCKET="+filepath.Join(v.stack.dir, "reports.sock"), "TMPDIR="+v.dir)
	ask, err := v.cmd.StdinPipe()
	require.NoError(t, err)
	startUntilEnd(t, v.cmd)
	return ask
}
