package python

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// All that a server can see is the same with the reports as without.
func TestTransparent(t *testing.T) {
	socket, all := listen(t)
	off := python(t, socket, nil, "testdata/server.py", "transparent")
	off.Env = append(off.Env, "COSYVOICE_TELEGRAF=0")
	without, _ := run(t, off)
	with, _ := run(t, python(t, socket, nil, "testdata/server.py", "transparent"))
	require.Equal(t, without, with)
	require.Contains(t, with, "returned ['x', \"KeyError('k')\", None, 'enough']")
	require.Contains(t, with, "closed after ['y']")
	require.Contains(t, with, "RuntimeError('generator ignored GeneratorExit')")

	var outcomes []datagram.Outcome
	for _, r := range ended(all()) {
		outcomes = append(outcomes, r.Outcome)
	}
	require.Equal(t, []datagram.Outcome{
		datagram.OK, datagram.Abandoned, datagram.Failed, datagram.Abandoned, datagram.Failed,
	}, outcomes, "of the second run alone")
}

func TestAbandoned(t *testing.T) {
	reports, _, _ := scene(t, "abandoned")
	ends := ended(reports)
	require.Len(t, ends, 2)
	for i, end := range ends {
		require.Equal(t, datagram.Abandoned, end.Outcome)
		require.Equal(t, i+1, end.Chunks)
		require.Empty(t, end.Exception)
	}
}

func TestThreadDies(t *testing.T) {
	reports, _, stderr := scene(t, "death")
	require.Len(t, reports, 5, "neither SystemExit nor a thread of no request is a death")
	start, died, end := reports[0], reports[1], reports[2]
	require.Equal(t, datagram.ThreadDied, died.Event)
	require.Equal(t, start.ID, died.ID)
	require.Equal(t, start.PID, died.PID)
	require.Contains(t, died.Thread, "Thread-1")
	require.Equal(t, datagram.Failure{Exception: "builtins.AssertionError", Error: logline.BadInput}, died.Failure)
	require.WithinRange(t, died.Time, start.Start, end.End)
	require.Equal(t, datagram.OK, end.Outcome)
	require.Equal(t, "name?in two lines", end.Thread)
	require.Contains(t, stderr, "AssertionError", "the traceback is printed as ever")
	require.Contains(t, stderr, "ZeroDivisionError")
}

// 32 requests of 8 clients at once. A machine that is busy enough loses reports; they are
// counted, and those that arrive are right.
func TestConcurrent(t *testing.T) {
	reports, _, _ := scene(t, "concurrent")
	threads := map[string]string{}
	lost := 0
	for _, r := range reports {
		lost += r.Lost
		if r.Event == datagram.Started {
			require.NotContains(t, threads, r.ID)
			threads[r.ID] = r.Thread
			continue
		}
		if thread, ok := threads[r.ID]; ok {
			require.Equal(t, thread, r.Thread)
		}
		delete(threads, r.ID)
		require.Equal(t, 1, *r.Segments)
		require.Equal(t, r.Characters != nil && *r.Characters == 3, r.Stream)
		if r.Stream {
			require.Equal(t, 2, r.Chunks)
			require.InDelta(t, 1, *r.AudioSeconds, 1e-9)
		}
	}
	require.Equal(t, 2*33, len(reports)+lost)
	require.LessOrEqual(t, len(threads), lost)
}

func TestForked(t *testing.T) {
	reports, _, _ := scene(t, "forked")
	ends := ended(reports)
	require.Len(t, ends, 3)
	ids, pids := map[string]bool{}, map[int]bool{}
	for _, end := range ends {
		ids[end.ID], pids[end.PID] = true, true
	}
	require.Len(t, ids, 3)
	require.Len(t, pids, 2)
}

// In a container the server has another number than on the host.
func TestPIDNamespace(t *testing.T) {
	socket, all := listen(t)
	cmd := python(t, socket, nil, "testdata/server.py", "abandoned")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 1000, HostID: syscall.Getuid(), Size: 1}},
	}
	if err := cmd.Run(); err != nil {
		t.Skipf("no PID namespace here: %v", err)
	}
	reports := all()
	require.NotEmpty(t, reports)
	require.Equal(t, 1, reports[0].ThreadID)
	require.Equal(t, cmd.Process.Pid, reports[0].PID)
}

func TestSocketAbsent(t *testing.T) {
	for _, socket := range []string{
		filepath.Join(t.TempDir(), "nothing"), t.TempDir(), "/dev/null", "/" + strings.Repeat("x", 200), "",
	} {
		cmd := python(t, socket, nil, "testdata/server.py", "abandoned")
		if socket == "" {
			cmd.Env = append(cmd.Env, "COSYVOICE_TELEGRAF_SOCKET=\x01")
		}
		_, stderr := run(t, cmd)
		require.Empty(t, stderr)
	}
}

// Nobody reads, so that the kernel takes a few reports and no more.
func TestSocketFull(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "reports.sock")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	require.NoError(t, err)
	defer conn.Close()
	cmd := python(t, socket, nil, "testdata/server.py", "many")
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	speed, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	t.Log("with the socket full: ", speed)

	kept := len(drain(t, conn))
	_, err = io.WriteString(stdin, "\n")
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	data := make([]byte, 8<<10)
	n, err := conn.Read(data)
	require.NoError(t, err)
	require.Contains(t, string(data[:n]), fmt.Sprintf(`"lost": %d}`, 1000-kept))
	n, err = conn.Read(data)
	require.NoError(t, err)
	require.Contains(t, string(data[:n]), `"lost": 0}`)
	require.NoError(t, cmd.Wait())
}

// drain reads what the kernel holds and does not wait for more.
func drain(t *testing.T, conn *net.UnixConn) (datagrams []string) {
	raw, err := conn.SyscallConn()
	require.NoError(t, err)
	data := make([]byte, 8<<10)
	require.NoError(t, raw.Read(func(fd uintptr) bool {
		for {
			n, _, err := unix.Recvfrom(int(fd), data, unix.MSG_DONTWAIT)
			if err != nil {
				return true
			}
			datagrams = append(datagrams, string(data[:n]))
		}
	}))
	return datagrams
}

// What is said of a text is its length, and of an error its class.
func TestNoTextIsSent(t *testing.T) {
	for name, reports := range map[string]int{"stream": 2, "errors": 22, "death": 5} {
		socket := filepath.Join(t.TempDir(), "reports.sock")
		conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
		require.NoError(t, err)
		defer conn.Close()
		cmd := python(t, socket, []string{"faketorch"}, "testdata/server.py", name)
		require.NoError(t, cmd.Start())
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
		data := make([]byte, 8<<10)
		for range reports {
			n, err := conn.Read(data)
			require.NoError(t, err)
			require.Less(t, n, 2000)
			for _, needle := range needles {
				require.NotContains(t, string(data[:n]), needle)
			}
		}
		require.NoError(t, cmd.Wait())
		require.Empty(t, drain(t, conn))
	}
}

// What the reporter cannot do costs the reading, or the report, and nothing else.
func TestOwnFailuresAreSwallowed(t *testing.T) {
	reports, stdout, stderr := scene(t, "strange")
	require.Equal(t, "raised\n['not a chunk']\n['not a chunk']\n", stdout)
	require.Empty(t, stderr)
	ends := ended(reports)
	require.Len(t, ends, 2)
	require.Equal(t, datagram.Failure{Exception: "__main__.Unprintable", Error: logline.OtherError}, ends[0].Failure)
	require.Equal(t, 1, ends[1].Chunks)
	require.Nil(t, ends[1].AudioSeconds)
	require.Nil(t, ends[1].StallSeconds)
}

func TestOtherSitecustomize(t *testing.T) {
	for _, disabled := range []string{"0", "1"} {
		cmd := python(t, "", []string{"other", "failing"}, "-c", "import sys; print(sys.path[-1]); import sitecustomize")
		cmd.Env = append(cmd.Env, "COSYVOICE_TELEGRAF="+disabled)
		stdout, stderr := run(t, cmd)
		require.Equal(t, "the other sitecustomize runs, as sitecustomize of other\n/appended/by/the/other\n", stdout)
		require.Empty(t, stderr, "only the first behind this one is run")
	}
	_, stderr := run(t, python(t, "", []string{"failing", "other"}, "-c", ""))
	require.Contains(t, stderr, "ValueError: the other sitecustomize fails")
}

// On the path twice, and a third time as a copy.
func TestOnThePathTwice(t *testing.T) {
	socket, all := listen(t)
	copied := t.TempDir()
	source, err := os.ReadFile("sitecustomize.py")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(copied, "sitecustomize.py"), source, 0o600))
	cmd := python(t, socket, []string{"..", ".", "../../python"}, "testdata/server.py", "modes")
	for i, variable := range cmd.Env {
		if strings.HasPrefix(variable, "PYTHONPATH=") {
			cmd.Env[i] = variable + ":" + copied
		}
	}
	_, stderr := run(t, cmd)
	require.Empty(t, stderr)
	ends := ended(all())
	require.Len(t, ends, 6)
	require.Equal(t, 2, *ends[0].Segments)
}

func TestOtherImportHooks(t *testing.T) {
	stdout, stderr := run(t, python(t, "", nil, "testdata/hooks.py"))
	require.Equal(t, "loaded by a class\nhooked by another\n", stdout)
	require.Empty(t, stderr)
}

func TestDisabled(t *testing.T) {
	socket, all := listen(t)
	cmd := python(t, socket, nil, "testdata/server.py", "abandoned")
	cmd.Env = append(cmd.Env, "COSYVOICE_TELEGRAF=0")
	run(t, cmd)
	require.Empty(t, all())
}

// Every Python process that inherits PYTHONPATH pays for the start.
func TestStartUpCost(t *testing.T) {
	modules := func(flags ...string) string {
		stdout, _ := run(t, python(t, "", nil, append(flags, "-c", "import sys; print(*sys.modules)")...))
		return stdout
	}
	before := map[string]bool{}
	for _, name := range strings.Fields(modules("-S")) {
		before[name] = true
	}
	cmd := python(t, "", nil, "-S", "-X", "importtime", "-c", "import sys, sitecustomize; print(*sys.modules)")
	var times bytes.Buffer
	cmd.Stderr = &times
	stdout, err := cmd.Output()
	require.NoError(t, err)
	var added []string
	for _, name := range strings.Fields(string(stdout)) {
		if !before[name] {
			added = append(added, name)
		}
	}
	lines := strings.Split(strings.TrimSpace(times.String()), "\n")
	t.Logf("%s; modules: %v", lines[len(lines)-1], added)
	require.LessOrEqual(t, len(added), 40) // most of them for another sitecustomize, if there is one
	for _, heavy := range []string{"json", "socket", "inspect", "threading", "asyncio", "typing"} {
		require.NotContains(t, added, heavy)
	}
}

// What the wrapping costs is told, and judged by a person: the clock of a busy machine
// decides no test.
func TestCostOfAChunk(t *testing.T) {
	socket, all := listen(t)
	stdout, _ := run(t, python(t, socket, []string{"faketorch"}, "testdata/server.py", "cost"))
	t.Log(stdout)
	all()
}
