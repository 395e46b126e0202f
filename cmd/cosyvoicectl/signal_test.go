package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain lets the test binary play the whole tool.
func TestMain(m *testing.M) {
	if os.Getenv("PLAY_COSYVOICECTL") != "" {
		main()
	}
	// Under nohup the programs that are started here would ignore a hang-up as well.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	os.Exit(m.Run())
}

// up starts `cosyvoicectl up` with programs that only know their version, and
// waits until its influxd runs. What wraps the command is put before it.
func up(t *testing.T, wrap ...string) (command *exec.Cmd, stdout io.ReadCloser, pidFile, state string) {
	bin := t.TempDir()
	state = filepath.Join(t.TempDir(), "state")
	pidFile = filepath.Join(bin, "influxd.pid")
	for name, script := range map[string]string{
		"influxd":            fmt.Sprintf(`[ "$1" = version ] && exec echo "InfluxDB v2.9.1"; echo $$ > %s; exec sleep 60`, pidFile),
		"telegraf":           `echo "Telegraf 1.39.3"`,
		"cosyvoice-telegraf": `echo "cosyvoice-telegraf 1.0.0"`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	}
	self, err := os.Executable()
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	require.NoError(t, listener.Close())

	line := append(wrap, self, "up", "--lang", "en", "--state", state, "--influx-port", strconv.Itoa(port))
	command = exec.Command(line[0], line[1:]...)
	command.Env = append(os.Environ(), "PLAY_COSYVOICECTL=1", "PATH="+bin+":/usr/bin:/bin")
	stdout, err = command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill() })
	require.Eventually(t, func() bool {
		content, _ := os.ReadFile(pidFile)
		return strings.HasSuffix(string(content), "\n")
	}, 20*time.Second, 10*time.Millisecond, "influxd runs")
	return command, stdout, pidFile, state
}

func requireStopped(t *testing.T, pidFile, state string) {
	content, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	require.NoError(t, err)
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, "influxd has ended")
	require.NoFileExists(t, filepath.Join(state, "run.json"))
}

func TestSignalsStopEverythingInOrder(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			command, stdout, pidFile, state := up(t)
			require.NoError(t, command.Process.Signal(signal))
			said, err := io.ReadAll(stdout)
			require.NoError(t, err)
			require.NoError(t, command.Wait())
			require.Contains(t, string(said), "All parts are stopped.")
			requireStopped(t, pidFile, state)
		})
	}
}

func TestHangUpStaysIgnoredUnderNohup(t *testing.T) {
	t.Parallel()
	command, _, _, _ := up(t, "nohup")
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", command.Process.Pid))
	require.NoError(t, err)
	// Signal n is bit n-1 of the mask, and SIGHUP is signal 1.
	require.Regexp(t, `(?m)^SigIgn:\t[0-9a-f]{15}[13579bdf]$`, string(status))
}

func TestStopIsOrderlyWhenNobodyReadsTheMessages(t *testing.T) {
	t.Parallel()
	command, stdout, pidFile, state := up(t)
	_, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, stdout.Close())
	require.NoError(t, command.Process.Signal(syscall.SIGINT))
	require.NoError(t, command.Wait())
	requireStopped(t, pidFile, state)
}
