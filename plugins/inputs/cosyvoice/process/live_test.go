package process

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pretend makes the test's own program run as a server: it serves HTTP on the
// port of its environment and keeps one core busy.
const pretend = "COSYVOICE_TEST_PORT"

func TestMain(m *testing.M) {
	port := os.Getenv(pretend)
	if port == "" {
		os.Exit(m.Run())
	}
	socket, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		for i := 0; ; i++ {
			_ = i
		}
	}()
	fmt.Println("listening")
	_ = http.Serve(socket, http.NotFoundHandler())
}

func freePort(t testing.TB) int {
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer socket.Close()
	return socket.Addr().(*net.TCPAddr).Port
}

// startServer runs a process that looks like an official server, and waits
// until it listens.
func startServer(t testing.TB, port int) *exec.Cmd {
	self, err := os.Executable()
	require.NoError(t, err)
	folder := filepath.Join(t.TempDir(), "CosyVoice")
	require.NoError(t, os.Mkdir(folder, 0o755))
	server := &exec.Cmd{
		Path: self,
		Args: []string{"python3", "webui.py", "--port", strconv.Itoa(port), "--model_dir", "pretrained_models/Fun-CosyVoice3-0.5B"},
		Env:  append(os.Environ(), pretend+"="+strconv.Itoa(port)),
		Dir:  folder,
	}
	output, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	_, err = bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	return server
}

func liveObserver(t *testing.T) *Observer {
	o, err := New(Options{Probe: ProbeOptions{Enabled: true, Interval: 50 * time.Millisecond, Timeout: 5 * time.Second}})
	require.NoError(t, err)
	// The servers of the test are its own children.
	o.table.self = -1
	o.table.patience = unhurried
	runBeside(t, o.Run)
	return o
}

func serviceOf(r Report, instance string) Service {
	for _, s := range r.Services {
		if s.Instance == instance {
			return s
		}
	}
	return Service{}
}

func kindsOf(r Report, instance string) []EventKind {
	var own []Event
	for _, e := range r.Events {
		if e.Instance == instance {
			own = append(own, e)
		}
	}
	return kinds(own)
}

func TestLiveServer(t *testing.T) {
	port := freePort(t)
	instance := strconv.Itoa(port)
	server := startServer(t, port)
	o := liveObserver(t)
	began := time.Now()
	first := serviceOf(o.Tick(nil), instance)
	require.Equal(t, server.Process.Pid, first.PID)
	require.Equal(t, "CosyVoice3", first.Version)
	require.WithinDuration(t, began, first.StartTime, 30*time.Second)

	const sampled = 1250 * time.Millisecond
	for range 5 {
		time.Sleep(250 * time.Millisecond)
		o.sample(o.stats, o.options.Now())
	}
	service := serviceOf(o.Tick(nil), instance)
	used := *service.CPUPercent / 100 * sampled.Seconds()
	require.Greater(t, *service.CPUPercent, 5.0, "it keeps a core busy")
	require.LessOrEqual(t, *service.CPUMinPercent, *service.CPUPercent+5)
	require.GreaterOrEqual(t, *service.CPUMaxPercent, *service.CPUPercent-5)
	require.Greater(t, *service.RSSBytes, uint64(1<<20))
	require.True(t, service.Up)
	main := service.Roles[0]
	require.Greater(t, *main.Threads, 1)
	require.Positive(t, *main.FDs)
	require.Positive(t, *main.ContextSwitchesTotal)
	require.Positive(t, *main.HottestThreadPercent)
	require.NotNil(t, main.IOReadBytesTotal)

	require.Eventually(t, func() bool {
		service = serviceOf(o.Tick(nil), instance)
		return service.ProbeSeconds != nil
	}, 20*time.Second, 20*time.Millisecond)
	require.True(t, *service.Ready)
	require.Positive(t, *service.ProbeSeconds)
	require.NotNil(t, service.Connections)
	require.Contains(t, []State{StateReady, StateBusy}, service.State)

	require.NoError(t, server.Process.Kill())
	_ = server.Wait()
	require.LessOrEqual(t, used, (server.ProcessState.UserTime() + server.ProcessState.SystemTime()).Seconds())
	o.sample(o.stats, o.options.Now())
	report := o.Tick(nil)
	require.Equal(t, []EventKind{EventExit}, kindsOf(report, instance))
	require.Equal(t, StateDead, serviceOf(report, instance).State)

	again := startServer(t, port)
	report = o.Tick(nil)
	require.Contains(t, kindsOf(report, instance), EventStart)
	require.Equal(t, again.Process.Pid, serviceOf(report, instance).PID)
}
