//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// TestLifecycle follows one state folder through a blocked Telegraf, a second `up`,
// a Ctrl-C, a power cut and a second start.
func TestLifecycle(t *testing.T) {
	s := startStack(t)

	t.Run("sampling goes on while Telegraf does not read", func(t *testing.T) { blockedTelegraf(t, s) })

	t.Run("a second up on the same folder is refused", func(t *testing.T) {
		cmd, output := up(t, s.dir, freePort(t), demo(t)...)
		require.Error(t, cmd.Run())
		assert.Contains(t, output.String(), fmt.Sprintf("in use by another `cosyvoicectl up` (pid %d)", s.cmd.Process.Pid))
	})

	t.Run("a port in use is named with who holds it", func(t *testing.T) {
		cmd, output := up(t, t.TempDir(), s.port, demo(t)...)
		require.Error(t, cmd.Run())
		assert.Contains(t, output.String(), fmt.Sprintf("influxd needs port %d", s.port))
		assert.Contains(t, output.String(), fmt.Sprintf("process %d (", s.pid("influxd")))
		assert.Contains(t, output.String(), "--influx-port")
	})

	began := time.Now()
	s.eventually("a point of this run", func() bool { return s.newerThan(began, "system_metrics", "memory_used_mb") > 0 })
	first := s.newerThan(began, "system_metrics", "memory_used_mb")
	token := s.secret("telegraf", "influx_write_token")

	t.Run("Ctrl-C leaves no process", func(t *testing.T) {
		running := descendants(t, s.cmd.Process.Pid)
		var names []string
		for _, p := range running {
			names = append(names, p.Comm)
		}
		require.Subset(t, names, []string{"influxd", "telegraf", "cosyvoice-teleg", "cosyvoice-sim"})
		s.stop()
		for _, p := range running {
			assert.False(t, alive(p), "%s (pid %d) still runs", p.Comm, p.PID)
		}
	})

	tearBuffers(t, filepath.Join(s.dir, "buffer"))
	s.start()
	assert.Contains(t, s.output.String(), "was torn (power cut or full disk)")
	assert.GreaterOrEqual(t, s.newerThan(began, "system_metrics", "memory_used_mb"), first, "the data of the first run")
	assert.Equal(t, token, s.secret("telegraf", "influx_write_token"))
	assert.Equal(t, http.StatusNoContent, s.write(token, "performance_monitor", "system_metrics,host=x load1=1"), "the token still works")
}

// blockedTelegraf stops Telegraf while the card's memory has a peak: no tick sees
// it, but the samples between them do.
func blockedTelegraf(t *testing.T, s *stack) {
	telegraf, plugin := s.pid("telegraf"), s.pid("cosyvoice-telegraf")
	require.NoError(t, syscall.Kill(telegraf, syscall.SIGSTOP))
	defer func() { _ = syscall.Kill(telegraf, syscall.SIGCONT) }()
	// The driver's own view is set, not the simulator's, which would set it back.
	state := filepath.Join(s.dir, "demo", "gpu.state")
	peak := uint64(20 << 30)
	sampled := time.Now()
	for time.Since(sampled) < 2*time.Second { // two samples of the plugin
		require.NoError(t, fakenvml.Update(state, func(st *fakenvml.State) error {
			st.Devices[0].MemoryUsedBytes = &peak
			return nil
		}))
		time.Sleep(20 * time.Millisecond)
	}
	resumed := time.Now()
	require.NoError(t, syscall.Kill(telegraf, syscall.SIGCONT))
	s.eventually("ticks go on, with the peak of the time between", func() bool {
		rows := s.rows(`from(bucket: "performance_monitor") |> range(start: ` + resumed.Add(-time.Second).UTC().Format(time.RFC3339Nano) + `)
  |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "gpu_memory_used_max_mb" and r._value >= 20480.0)`)
		return len(rows) > 0
	})
	assert.Equal(t, plugin, s.pid("cosyvoice-telegraf"), "the plugin has not been restarted")
}

// tearBuffers ends the last segment of each disk buffer in the middle of an entry,
// as a power cut does.
func tearBuffers(t *testing.T, dir string) {
	segments, err := filepath.Glob(filepath.Join(dir, "*", strings.Repeat("[0-9]", 20)))
	require.NoError(t, err)
	require.NotEmpty(t, segments)
	for _, segment := range segments {
		f, err := os.OpenFile(segment, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString("\x50cut short") // an entry of 80 bytes
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
}

// child is the pid of a child of a process whose command line holds a text, 0 if there
// is none.
func child(t *testing.T, parent int, text string) int {
	for _, stat := range descendants(t, parent) {
		p, err := procfs.NewProc(stat.PID)
		if err != nil || stat.PPID != parent {
			continue
		}
		if argv, err := p.CmdLine(); err == nil && strings.Contains(strings.Join(argv, " "), text) {
			return stat.PID
		}
	}
	return 0
}

// descendants are all processes below one.
func descendants(t *testing.T, root int) []procfs.ProcStat {
	all, err := procfs.AllProcs()
	require.NoError(t, err)
	children := map[int][]procfs.ProcStat{}
	for _, p := range all {
		if stat, err := p.Stat(); err == nil {
			children[stat.PPID] = append(children[stat.PPID], stat)
		}
	}
	var found []procfs.ProcStat
	for below := []int{root}; len(below) > 0; below = below[1:] {
		for _, p := range children[below[0]] {
			found = append(found, p)
			below = append(below, p.PID)
		}
	}
	return found
}

func alive(was procfs.ProcStat) bool {
	p, err := procfs.NewProc(was.PID)
	if err != nil {
		return false
	}
	stat, err := p.Stat()
	return err == nil && stat.Starttime == was.Starttime && stat.State != "Z"
}
