//go:build e2e

package e2e

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// TestSoak runs the plugin far faster than Telegraf does beside a server at work, and
// expects that neither it nor its child takes more memory or files in the end than
// in the beginning. COSYVOICE_SOAK=30m makes it half an hour at ten times the usual
// rate; without it the ticks follow one another faster, for a short while.
func TestSoak(t *testing.T) {
	length, interval := 90*time.Second, 50*time.Millisecond
	environment := append(os.Environ(), "GOGC=10") // else the time is too short for a first collection of garbage
	if given := os.Getenv("COSYVOICE_SOAK"); given != "" {
		var err error
		length, err = time.ParseDuration(given)
		require.NoError(t, err)
		interval, environment = time.Second, os.Environ()
	}
	dir := t.TempDir()
	state := filepath.Join(dir, "gpu.state")
	require.NoError(t, fakenvml.Write(state, fakenvml.Default()))
	conf := filepath.Join(dir, "cosyvoice.conf")
	library := program(t, fakenvml.LibraryName)
	require.NoError(t, os.WriteFile(conf, []byte("[[inputs.cosyvoice]]\n  nvml_library = \""+library+"\"\n  probe_interval = \"1s\"\n"), 0o600))
	server := exec.Command(program(t, "cosyvoice-sim"), "run", "--dir", filepath.Join(dir, "server"),
		"--port", strconv.Itoa(freePort(t)), "--gpu-state", state, "--load-seconds", "0.1", "--rate", "60")
	startUntilEnd(t, server)

	plugin := exec.Command(program(t, "cosyvoice-telegraf"), "--config", conf, "--interval", interval.String())
	plugin.Env = append(environment, fakenvml.StateVariable+"="+state)
	plugin.Stdout = io.Discard
	stdin, err := plugin.StdinPipe() // its end would end the plugin
	require.NoError(t, err)
	t.Cleanup(func() { stdin.Close() })
	startUntilEnd(t, plugin)

	var childPID int
	for end := time.Now().Add(patience); childPID == 0; time.Sleep(100 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "the plugin has no NVML child")
		childPID = child(t, plugin.Process.Pid, "nvml-child")
	}
	// The runtime's own tables and the heap between two collections grow for some 400 ticks, and the
	// pages of the program that are given back 30 s after the start come back as they are needed.
	settle := max(length/6, time.Minute)
	time.Sleep(settle)
	for name, pid := range map[string]int{"the plugin": plugin.Process.Pid, "its NVML child": childPID} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flat(t, pid, length-settle)
		})
	}
}

func startUntilEnd(t *testing.T, cmd *exec.Cmd) {
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
}

// flat looks at a process for a while and compares the last third with the first.
func flat(t *testing.T, pid int, length time.Duration) {
	p, err := procfs.NewProc(pid)
	require.NoError(t, err)
	var resident, files []int
	for end := time.Now().Add(length); time.Now().Before(end); time.Sleep(length / 60) {
		stat, err := p.Stat()
		require.NoError(t, err)
		open, err := p.FileDescriptorsLen()
		require.NoError(t, err)
		resident, files = append(resident, stat.ResidentMemory()), append(files, open)
	}
	third := len(resident) / 3
	before, after := median(resident[:third]), median(resident[2*third:])
	t.Logf("resident %.2f MB, then %.2f MB; open files %d, then %d",
		float64(before)/1e6, float64(after)/1e6, median(files[:third]), median(files[2*third:]))
	const page = 4096
	assert.Less(t, after-before, max(before/20, 64*page), "resident bytes")
	assert.LessOrEqual(t, median(files[2*third:]), median(files[:third]), "open files")
}

func median(values []int) int {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
