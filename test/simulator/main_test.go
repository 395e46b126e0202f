package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// programVariable makes this test binary the program, whose interpreter is
// then a link to the test binary.
const programVariable = "COSYVOICE_SIM_TEST_PROGRAM"

const (
	patience = 20 * time.Second
	poll     = 20 * time.Millisecond
)

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// simulator is a running "cosyvoice-sim run".
type simulator struct {
	dir     string
	port    int
	command *exec.Cmd
	output  *bytes.Buffer // complete once the command has ended
}

// startSimulator starts it with a quick load, and without requests of its own
// unless arguments say otherwise.
func startSimulator(t *testing.T, arguments ...string) *simulator {
	t.Helper()
	s := &simulator{dir: t.TempDir(), port: freePort(t), output: new(bytes.Buffer)}
	arguments = append([]string{"run", "--dir", s.dir, "--port", strconv.Itoa(s.port),
		"--load-seconds", "0.1", "--rate", "0", "--rtf", "0.02"}, arguments...)
	// A simulator that does not end when a test waits for it is killed, and its server with it.
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	s.command = exec.CommandContext(ctx, os.Args[0], arguments...)
	// Under the race detector each process would sleep a second before it ends.
	s.command.Env = append(os.Environ(), programVariable+"=1", "GORACE=atexit_sleep_ms=0")
	s.command.Stderr = s.output
	require.NoError(t, s.command.Start())
	t.Cleanup(func() {
		defer cancel()
		if s.command.ProcessState == nil {
			_ = s.command.Process.Signal(syscall.SIGTERM)
			_ = s.command.Wait()
		}
		if t.Failed() {
			t.Logf("simulator:\n%s\nlog:\n%s", s.output, s.log(t))
		}
	})
	return s
}

func (s *simulator) log(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(s.dir, "cosyvoice.log"))
	require.NoError(t, err)
	return string(content)
}

// servers are the processes that run the interpreter of this simulator.
func (s *simulator) servers() []int {
	var pids []int
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if target, _ := os.Readlink(link); target == filepath.Join(s.dir, pythonDir, interpreter) {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			pids = append(pids, pid)
		}
	}
	return pids
}

// ready waits until the server accepts connections, and returns its pid.
func (s *simulator) ready(t *testing.T) int {
	t.Helper()
	eventually(t, func() bool {
		connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
		if err != nil {
			return false
		}
		return connection.Close() == nil && len(s.servers()) == 1
	})
	return s.servers()[0]
}

func (s *simulator) url(path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", s.port, path)
}

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, patience, poll)
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// newState writes the state file of a machine with one GPU at rest.
func newState(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gpu.state")
	require.NoError(t, fakenvml.Write(path, fakenvml.Default()))
	return path
}

func readDevice(t *testing.T, path string) fakenvml.Device {
	t.Helper()
	s, err := fakenvml.Read(path)
	require.NoError(t, err)
	return s.Devices[0]
}

var (
	stamps = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} `)
	rtfs   = regexp.MustCompile(`rtf \d\.\d{6,}`)
	rates  = regexp.MustCompile(`\[\d\d:\d\d<\d\d:\d\d, [ .0-9]{5,}(it/s|s/it)\]`)
)

// timeless replaces what differs from run to run in a log.
func timeless(log string) string {
	log = stamps.ReplaceAllString(log, "STAMP ")
	log = rtfs.ReplaceAllString(log, "rtf RTF")
	return rates.ReplaceAllString(log, "[RATE]")
}
