package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/plugins/inputs"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// asProgram in the environment makes the test binary, and the child it starts, the
// program.
const asProgram = "COSYVOICE_TELEGRAF_TEST_PROGRAM"

// patience is when a program that goes on is killed, which fails its test.
const patience = 10 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	// The race detector would sleep for a second at the end.
	cmd.Env = append(os.Environ(), asProgram+"=1", "GORACE=atexit_sleep_ms=0")
	return cmd
}

// configuration is a file that names a driver that is not there, so that the tests
// do not depend on the machine's.
func configuration(t *testing.T, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cosyvoice.conf")
	text := "[[inputs.cosyvoice]]\nprobe = false\nnvml_library = \"/nonexistent/libnvidia-ml.so.1\"\n" + more
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestCommandLine(t *testing.T) {
	good := configuration(t, "")
	bad := configuration(t, "[[inputs.cosyvoice.instance]]\nprot = 1\n[[inputs.cosyvoice.instance]]\nprot = 1\n")
	unfit := configuration(t, "[[inputs.cosyvoice.instance]]\nname = \"studio\"\n")
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"help", []string{"--help"}, 0, help, ""},
		{"version", []string{"--version"}, 0, "cosyvoice-telegraf dev\n", ""},
		{"unknown flag", []string{"--intervall", "1s"}, 2, "",
			"E! flag provided but not defined: -intervall; see cosyvoice-telegraf --help\n"},
		{"argument", []string{"once"}, 2, "", "E! unexpected argument \"once\"; see cosyvoice-telegraf --help\n"},
		{"interval without unit", []string{"--interval", "10"}, 2, "",
			"E! invalid value \"10\" for flag -interval: give a length of time such as 10s or 500ms; see cosyvoice-telegraf --help\n"},
		{"interval of nothing", []string{"--interval=0s"}, 2, "",
			"E! invalid value \"0s\" for flag -interval: give a length of time such as 10s or 500ms; see cosyvoice-telegraf --help\n"},
		{"once at an interval", []string{"--once", "--interval=1s"}, 2, "",
			"E! --once and --interval exclude each other; see cosyvoice-telegraf --help\n"},
		{"nobody asks", nil, 2, "", "E! nobody asks for readings: standard input is neither a pipe nor a terminal; " +
			"give --interval 10s to read by its own clock, or --once for one reading\n"},
		{"good settings", []string{"--config", good, "--check-config"}, 0, "the settings are good\n", ""},
		{"missing settings", []string{"--config", good + "x"}, 1, "",
			"E! reading the configuration: open " + good + "x: no such file or directory\n"},
		{"bad settings", []string{"--config", bad}, 1, "",
			"E! " + bad + ":5: unknown key \"instance.prot\" (did you mean \"port\"?)\n" +
				"E! " + bad + ":7: unknown key \"instance.prot\" (did you mean \"port\"?)\n"},
		{"settings that do not fit", []string{"--config", unfit}, 1, "",
			"E! " + unfit + ": instance \"studio\" is named in 0 ways; give exactly one of pattern, pid_file, port, systemd_unit and cgroup\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			cmd := program(t, test.args...)
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			require.Equal(t, test.code, cmd.ProcessState.ExitCode(), err)
			require.Equal(t, test.stdout, stdout.String())
			require.Equal(t, test.stderr, stderr.String())
		})
	}
}

func TestPrintedConfigIsGood(t *testing.T) {
	printed, err := program(t, "--print-config").Output()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "cosyvoice.conf")
	require.NoError(t, os.WriteFile(path, printed, 0o600))
	require.NoError(t, program(t, "--config", path, "--check-config").Run())
}

func TestOnceTellsWhetherSomethingWasMeasured(t *testing.T) {
	out, err := program(t, "--config", configuration(t, ""), "--once").Output()
	require.Contains(t, string(out), "system_metrics,")
	require.Equal(t, bytes.Contains(out, []byte("\ncosyvoice_service,")), err == nil)
}

// A service manager gives /dev/null as stdin.
func TestRunsOnWithoutStdin(t *testing.T) {
	cmd := program(t, "--config", configuration(t, ""), "--interval", "50ms")
	readings := start(t, cmd)
	for range 3 {
		require.True(t, next(readings), "the program ended by itself")
	}
	requireEnd(t, cmd, readings, func() error { return cmd.Process.Signal(syscall.SIGTERM) })
}

// Beside a plugin that runs, another one takes neither its socket nor what it remembers.
func TestAsideTouchesNothing(t *testing.T) {
	folder := t.TempDir()
	socket, state := filepath.Join(folder, "reports.sock"), filepath.Join(folder, "state.json")
	config := configuration(t, fmt.Sprintf("report_socket = %q\nstate_file = %q\n", socket, state))
	for _, aside := range []bool{false, true} {
		input := inputs.Inputs["cosyvoice"]().(*cosyvoice.Cosyvoice)
		require.NoError(t, prepare(input, config, aside, execd.NewLogger(io.Discard, telegraf.Info)))
		want := state
		args := []string{"--interval", "50ms", "--config", config}
		if aside {
			want, args = "", append(args, "--aside")
		}
		require.Equal(t, want, input.StateFile)

		cmd := program(t, args...)
		readings := start(t, cmd)
		require.True(t, next(readings))
		_, err := os.Stat(socket)
		require.Equal(t, aside, errors.Is(err, fs.ErrNotExist), "%v", err)
		requireEnd(t, cmd, readings, func() error { return cmd.Process.Signal(syscall.SIGTERM) })
	}
}

func TestEndOfPipeEndsTheProgram(t *testing.T) {
	for _, args := range [][]string{nil, {"--interval", "50ms"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			cmd := program(t, append(args, "--config", configuration(t, ""))...)
			stdin, err := cmd.StdinPipe()
			require.NoError(t, err)
			readings := start(t, cmd)
			_, err = io.WriteString(stdin, "\n")
			require.NoError(t, err)
			require.True(t, next(readings))
			requireEnd(t, cmd, readings, stdin.Close)
		})
	}
}

// A service manager sends its signal to the child too, which ends with its parent.
func TestSignalDoesNotEndTheChild(t *testing.T) {
	dir := t.TempDir()
	library, err := fakenvml.Build(t.Context(), dir)
	require.NoError(t, err)
	state := filepath.Join(dir, "state")
	require.NoError(t, fakenvml.Write(state, fakenvml.Default()))
	t.Setenv(fakenvml.StateVariable, state)

	cmd := program(t, nvmlChild, library)
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	answers := start(t, cmd)
	require.True(t, answers.Scan(), "the child has begun")
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_, err = io.WriteString(stdin, "\n")
	require.NoError(t, err)
	for range 2 { // the samples, and the answer
		require.True(t, answers.Scan(), "the child has ended")
	}
	require.NoError(t, stdin.Close())
	require.NoError(t, cmd.Wait())
}

// start starts cmd and returns what it prints.
func start(t *testing.T, cmd *exec.Cmd) *bufio.Scanner {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return bufio.NewScanner(stdout)
}

// next reads up to the end of the next reading.
func next(points *bufio.Scanner) bool {
	for points.Scan() {
		if strings.HasPrefix(points.Text(), "cosyvoice_agent,collector=process") {
			return true
		}
	}
	return false
}

// requireEnd fails unless the program ends within a second of being told to.
func requireEnd(t *testing.T, cmd *exec.Cmd, points *bufio.Scanner, tell func() error) {
	t.Helper()
	began := time.Now()
	require.NoError(t, tell())
	for points.Scan() {
	}
	require.NoError(t, cmd.Wait())
	require.Less(t, time.Since(began), time.Second)
}
