package python

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/release"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

const gigabyte = 1_000_000_000

// server is a Python with the stub of CosyVoice that does what it is told.
type server struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
}

// startServer starts it with more variables in its environment; it reports to the socket.
func startServer(t *testing.T, socket string, variables ...string) *server {
	t.Helper()
	cmd := python(t, socket, []string{"faketorch"}, "testdata/asked.py")
	cmd.Env = append(cmd.Env, variables...)
	s, err := start(t, cmd)
	require.NoError(t, err)
	return s
}

func start(t *testing.T, cmd *exec.Cmd) (*server, error) {
	t.Helper()
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	s := &server{t, cmd, stdin, bufio.NewReader(stdout)}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(s.end)
	return s, nil
}

func (s *server) end() {
	s.stdin.Close()
	s.cmd.Wait()
}

// does runs a line of Python in it.
func (s *server) does(line string) {
	s.t.Helper()
	require.Equal(s.t, "", s.says(line))
}

// says does so and gives what it printed.
func (s *server) says(line string) (printed string) {
	s.t.Helper()
	_, err := io.WriteString(s.stdin, line+"\n")
	require.NoError(s.t, err)
	for {
		said, err := s.stdout.ReadString('\n')
		require.NoError(s.t, err, "after %q", line)
		if said == "done\n" {
			return printed
		}
		printed += said
	}
}

// door waits until the server can be asked.
func (s *server) door() string { return door(s.t, s.cmd.Process.Pid) }

func door(t *testing.T, pid int) (path string) {
	t.Helper()
	require.Eventually(t, func() bool {
		var err error
		path, err = release.Find("/proc", pid)
		require.NoError(t, err)
		return path != ""
	}, 20*time.Second, 10*time.Millisecond)
	return path
}

func (s *server) asked(wait time.Duration) release.Answer {
	s.t.Helper()
	answer, err := release.Ask(context.Background(), s.door(), wait, 20*time.Second)
	require.NoError(s.t, err)
	return answer
}

// heard are the reports of what was given back.
func heard(reports []datagram.Report) (releases []datagram.Report) {
	for _, r := range reports {
		if r.Event == datagram.Released {
			releases = append(releases, r)
		}
	}
	return releases
}

func TestRelease(t *testing.T) {
	socket, reports := listen(t)
	s := startServer(t, socket)
	s.does("torch.cuda.gpus = [torch.GPU(), torch.GPU(5*10**9, 8*10**9, 10**9)]")
	s.does("speak()")
	before := time.Now()
	answer := s.asked(0)
	require.Equal(t, release.Released, answer.Outcome)
	require.Equal(t, []release.Device{{
		Index:  1,
		Before: release.State{AllocatedBytes: 5 * gigabyte, ReservedBytes: 8 * gigabyte, CardUsedBytes: 9 * gigabyte, CardTotalBytes: 24 * gigabyte},
		After:  release.State{AllocatedBytes: 5 * gigabyte, ReservedBytes: 5 * gigabyte, CardUsedBytes: 6 * gigabyte, CardTotalBytes: 24 * gigabyte},
	}}, answer.Devices)
	require.EqualValues(t, 3*gigabyte, answer.FreedBytes())
	require.Equal(t, "[1]\n", s.says("print(torch.cuda.emptied)"), "on a GPU that the server does not use, it would make a context")
	require.Equal(t, "0\n", s.says("print(torch.cuda.current)"))
	after := time.Now()
	s.end()

	releases := heard(reports())
	require.Len(t, releases, 1)
	r := releases[0]
	require.Equal(t, s.cmd.Process.Pid, r.PID)
	require.WithinRange(t, r.Time, before.Truncate(time.Microsecond), after)
	require.Equal(t, datagram.Release{
		Trigger: datagram.Asked, Outcome: datagram.GivenBack,
		Freed: &datagram.Freed{FreedBytes: 3 * gigabyte, AllocatedBytes: 5 * gigabyte, ReservedBytes: 5 * gigabyte},
	}, r.Release)
}

// What only cycles of references hold is given back too.
func TestReleaseCollectsGarbage(t *testing.T) {
	s := startServer(t, "")
	s.does("import gc; gc.disable()")
	s.does("speak(); Cycle(2 * 10**9)")
	device := s.asked(0).Devices[0]
	require.EqualValues(t, 7*gigabyte, device.Before.AllocatedBytes)
	require.EqualValues(t, 5*gigabyte, device.After.AllocatedBytes)
	require.EqualValues(t, 5*gigabyte, device.After.ReservedBytes)
}

func TestReleaseWaitsUntilNothingIsInFlight(t *testing.T) {
	s := startServer(t, "")
	s.does("speak(); hold()")
	answer := s.asked(100 * time.Millisecond)
	require.Equal(t, release.Busy, answer.Outcome)
	require.Equal(t, 1, answer.InFlight)
	require.GreaterOrEqual(t, answer.OldestSeconds, 0.1)
	require.GreaterOrEqual(t, answer.WaitedSeconds, 0.1)
	require.Equal(t, "[]\n", s.says("print(torch.cuda.emptied)"))

	path, done := s.door(), make(chan release.Answer)
	go func() {
		answer, _ := release.Ask(context.Background(), path, time.Minute, time.Minute)
		done <- answer
	}()
	// The thread that a request runs in is inside of the generator, or its consumer has a chunk.
	s.does("next(held); torch.cuda.gpus[0].reserved = 9 * 10**9")
	require.Equal(t, "[]\n", s.says("print(torch.cuda.emptied)"))
	s.does("held.close()")
	answer = <-done
	require.Equal(t, release.Released, answer.Outcome)
	require.EqualValues(t, 4*gigabyte, answer.FreedBytes())
	require.Zero(t, answer.LeftBehind)
}

// A synthesis is in flight while the model works, whichever way that ends.
func TestInFlight(t *testing.T) {
	s := startServer(t, "")
	for _, end := range []string{"None", "SystemExit()"} {
		s.does("voice.model.failure = " + end + "; stay(); release.LEFT_BEHIND = 0.01")
		answer := s.asked(100 * time.Millisecond)
		require.Equal(t, release.Busy, answer.Outcome, "however long the model takes")
		require.Zero(t, answer.LeftBehind)
		s.does("leave()")
		require.Equal(t, release.Released, s.asked(0).Outcome)
	}
}

// A consumer that is gone for good must not keep the memory.
func TestLeftBehindIsNotWaitedFor(t *testing.T) {
	s := startServer(t, "")
	s.does("hold(); release.LEFT_BEHIND = 0.2")
	answer := s.asked(time.Minute)
	require.Equal(t, release.Released, answer.Outcome)
	require.Equal(t, 1, answer.LeftBehind)
}

func TestAskerGoesAway(t *testing.T) {
	s := startServer(t, "")
	s.does("hold()")
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := release.Ask(ctx, s.door(), time.Hour, time.Hour)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.Equal(t, release.Busy, s.asked(0).Outcome, "the next one is answered at once")
	s.does("held.close()")
	require.Equal(t, release.Released, s.asked(0).Outcome)
	require.Equal(t, "1\n", s.says("print(len(torch.cuda.emptied))"))
}

func TestReleaseFails(t *testing.T) {
	socket, reports := listen(t)
	s := startServer(t, socket)
	s.does("speak(); torch.cuda.failure = RuntimeError('CUDA error: an illegal memory access was encountered')")
	answer := s.asked(0)
	require.Equal(t, release.Failed, answer.Outcome)
	require.Equal(t, "builtins.RuntimeError", answer.Exception)
	s.does("torch.cuda.failure = None")
	require.Equal(t, release.Released, s.asked(0).Outcome)
	s.does("torch.cuda.initialized = False")
	require.Equal(t, release.NoGPU, s.asked(0).Outcome)
	s.end()
	releases := heard(reports())
	require.Len(t, releases, 2)
	require.Equal(t, datagram.Release{Trigger: datagram.Asked, Outcome: datagram.NotGivenBack}, releases[0].Release)
	require.Equal(t, datagram.Failure{Exception: "builtins.RuntimeError", Error: logline.IllegalAccess}, releases[0].Failure)
}

// Nobody but the server's user and root may ask, and the file goes with the process.
func TestSocketOfTheAsker(t *testing.T) {
	s := startServer(t, "")
	s.does("os.umask(0)")
	none, err := release.Find("/proc", s.cmd.Process.Pid)
	require.NoError(t, err)
	require.Empty(t, none, "before its first synthesis there is nothing to give back")
	s.does("speak()")
	path := s.door()
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.ModeSocket|0o600, info.Mode())
	folder := strings.TrimSpace(s.says("print(os.environ['TMPDIR'])"))
	require.FileExists(t, filepath.Join(folder, filepath.Base(path)))
	s.end()
	require.NoFileExists(t, filepath.Join(folder, filepath.Base(path)))
}

func TestNonsenseIsAnswered(t *testing.T) {
	s := startServer(t, "")
	s.does("release.PATIENCE = 0.1; speak()")
	for _, said := range []string{"", "\n", "nonsense\n", "[1]\n", "\xff\n", `{"v":2,"ask":"release","wait_seconds":0}` + "\n", `{"v":1,"ask":"release","wait_seconds":"x"}` + "\n"} {
		conn, err := net.Dial("unix", s.door())
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, said)
		require.NoError(t, err)
		var answer release.Answer
		require.NoError(t, json.NewDecoder(conn).Decode(&answer), "to %q", said)
		require.Equal(t, release.NotUnderstood, answer.Outcome)
	}
	require.Equal(t, release.Released, s.asked(0).Outcome)
}

// A process that was forked off answers for itself, once it synthesises.
func TestForkedCanBeAsked(t *testing.T) {
	s := startServer(t, "")
	s.does("hold()")
	child, err := strconv.Atoi(strings.TrimSpace(s.says("fork()")))
	require.NoError(t, err)
	answer, err := release.Ask(context.Background(), door(t, child), 0, 20*time.Second)
	require.NoError(t, err)
	require.Equal(t, release.Released, answer.Outcome)
	require.Equal(t, release.Busy, s.asked(0).Outcome)
	require.NotEqual(t, s.door(), door(t, child))
}

// In a container the server has another number, another network and a folder that cannot be seen
// from outside.
func TestContainerCanBeAsked(t *testing.T) {
	cmd := python(t, "", []string{"faketorch"}, "testdata/asked.py")
	inside := exec.Command("/bin/sh", append([]string{"-c", `mount -t tmpfs none "$TMPDIR" && exec "$@"`, "sh"}, cmd.Args...)...)
	inside.Env = cmd.Env
	inside.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: syscall.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: syscall.Getgid(), Size: 1}},
	}
	s, err := start(t, inside)
	if err != nil {
		t.Skipf("no namespaces here: %v", err)
	}
	require.Equal(t, "1\n", s.says("print(os.getpid())"))
	s.does("speak()")
	require.Equal(t, release.Released, s.asked(0).Outcome)
	require.Contains(t, s.door(), "/root"+os.TempDir(), "through the root of the process")
}

func TestNoFolderForTheSocket(t *testing.T) {
	s := startServer(t, "", "TMPDIR="+filepath.Join(t.TempDir(), "nothing"))
	require.Empty(t, s.says("speak()"))
}
