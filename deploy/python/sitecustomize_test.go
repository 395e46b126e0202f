// Package python tests sitecustomize.py under the Python of this machine, with a stub of
// CosyVoice (testdata/stub) and the listener that the plugin uses.
package python

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// needles are parts of the text in testdata/server.py that no datagram may hold.
var needles = []string{"Wang", "Fang", "13800138000", "/home/", "prompt.wav", "王芳", `\u738b`}

// python makes a run of Python that has sitecustomize.py, the stub and the given folders
// of testdata on its path.
func python(t *testing.T, socket string, folders []string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("These tests run Python 3.8 or newer: install it (apt-get install python3). %v", err)
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	path := []string{here, filepath.Join(here, "testdata", "stub")}
	for _, folder := range folders {
		path = append(path, filepath.Join(here, "testdata", folder))
	}
	temporary, err := os.MkdirTemp("", "python") // a short path: a socket's has 107 bytes at the most
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(temporary) })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(),
		"PYTHONPATH="+strings.Join(path, string(os.PathListSeparator)),
		"PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8",
		"COSYVOICE_TELEGRAF_SOCKET="+socket, "TMPDIR="+temporary)
	return cmd
}

// run runs a scene of testdata/server.py to its end and gives what it wrote.
func run(t *testing.T, cmd *exec.Cmd) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoErrorf(t, cmd.Run(), "%s", &errs)
	return out.String(), errs.String()
}

// listen receives reports until the returned function is called, which gives them all.
func listen(t *testing.T) (socket string, reports func() []datagram.Report) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "reports.sock")
	listener, err := datagram.New(socket, warnings{t})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	var all []datagram.Report
	done := make(chan error, 1)
	go func() {
		done <- listener.Run(ctx, func(r datagram.Report) {
			if r.ID == "last" {
				cancel()
				return
			}
			all = append(all, r)
		})
	}()
	return socket, func() []datagram.Report {
		// Datagrams arrive in order: behind this one there is none left.
		conn, err := net.Dial("unixgram", socket)
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, `{"v":1,"event":"thread_died","id":"last","time":1}`)
		require.NoError(t, err)
		require.NoError(t, <-done)
		require.Zero(t, listener.Counts().Malformed)
		return all
	}
}

type warnings struct{ t *testing.T }

func (w warnings) Warnf(format string, args ...any) { w.t.Errorf(format, args...) }

// scene runs one with the listener and gives its reports.
func scene(t *testing.T, name string, folders ...string) (reports []datagram.Report, stdout, stderr string) {
	t.Helper()
	socket, all := listen(t)
	stdout, stderr = run(t, python(t, socket, folders, "testdata/server.py", name))
	return all(), stdout, stderr
}

func ended(reports []datagram.Report) []datagram.Report {
	var ends []datagram.Report
	for _, r := range reports {
		if r.Event == datagram.Ended {
			ends = append(ends, r)
		}
	}
	return ends
}

func TestStream(t *testing.T) {
	socket, all := listen(t)
	cmd := python(t, socket, nil, "testdata/server.py", "stream")
	before := time.Now()
	stdout, _ := run(t, cmd)
	after := time.Now()
	reports := all()
	require.Len(t, reports, 2)
	start, end := reports[0], reports[1]

	require.Equal(t, datagram.Started, start.Event)
	require.Equal(t, datagram.Ended, end.Event)
	require.Equal(t, start.ID, end.ID)
	require.Equal(t, start.Request, end.Request)
	require.Equal(t, cmd.Process.Pid, end.PID)
	require.Equal(t, cmd.Process.Pid, end.ThreadID)
	require.Equal(t, "MainThread", end.Thread)
	require.Equal(t, logline.ZeroShot, end.Mode)
	require.True(t, end.Stream)
	require.Equal(t, 5, *end.Characters)

	require.Equal(t, datagram.OK, end.Outcome)
	require.Equal(t, 2, *end.Segments)
	require.Equal(t, 6, end.Chunks)
	require.InDelta(t, 3, *end.AudioSeconds, 1e-9)
	require.InDelta(t, 0.5, *end.FirstChunkAudioSeconds, 1e-9)
	require.Nil(t, end.Torch)

	// Before a segment the front end sleeps 0.2 s, after it the model 0.3 s, and the
	// consumer 0.05 s a chunk.
	compute, err := strconv.ParseFloat(strings.TrimSpace(stdout), 64)
	require.NoError(t, err)
	require.InDelta(t, compute, end.ComputeSeconds, 0.2)
	require.GreaterOrEqual(t, end.OverheadSeconds, 1.0)
	require.GreaterOrEqual(t, end.ConsumerSeconds, 0.3)
	require.GreaterOrEqual(t, *end.GapSeconds, 0.53) // from the first segment to the second
	require.Less(t, *end.GapSeconds, end.OverheadSeconds+end.ComputeSeconds)
	whole := end.ComputeSeconds + end.OverheadSeconds + end.ConsumerSeconds
	require.InDelta(t, end.End.Sub(end.Start).Seconds(), whole, 1e-3)

	require.WithinRange(t, end.Start, before, end.FirstSegment.Add(-200*time.Millisecond))
	require.WithinRange(t, end.FirstChunk, end.FirstSegment.Add(30*time.Millisecond), end.LastChunk.Add(-time.Millisecond))
	require.WithinRange(t, end.End, end.LastChunk.Add(350*time.Millisecond), after)
}

func TestModes(t *testing.T) {
	reports, _, _ := scene(t, "modes")
	ends := ended(reports)
	require.Len(t, ends, 6)
	for i, mode := range []logline.Mode{
		logline.SFT, logline.Instruct2, logline.VC, logline.ZeroShot, logline.Instruct, logline.SFT,
	} {
		require.Equal(t, mode, ends[i].Mode)
		require.Equal(t, datagram.OK, ends[i].Outcome)
		require.False(t, ends[i].Stream)
	}
	require.Equal(t, 7, *ends[0].Characters)
	require.Equal(t, 2, *ends[0].Segments)
	require.Nil(t, ends[2].Characters, "voice conversion has no text")
	require.Nil(t, ends[3].Characters, "a text that comes bit by bit has no length")
	require.Nil(t, ends[1].GapSeconds, "one chunk has no gap")
	require.Zero(t, *ends[1].StallSeconds)
	silent := ends[5]
	require.Zero(t, silent.Chunks)
	require.Nil(t, silent.AudioSeconds)
	require.Nil(t, silent.StallSeconds)
	require.Nil(t, silent.Segments)
	require.True(t, silent.FirstSegment.IsZero())
	require.True(t, silent.FirstChunk.IsZero())
}

// Chunks of 0.5 s: the third comes 1.2 s late, when 1 s less two chunks' time is left.
func TestStall(t *testing.T) {
	reports, _, _ := scene(t, "stalling")
	end := ended(reports)[0]
	require.GreaterOrEqual(t, *end.GapSeconds, 1.2)
	require.InDelta(t, *end.GapSeconds-1, *end.StallSeconds, 0.2)
}

func TestErrors(t *testing.T) {
	reports, _, _ := scene(t, "errors", "faketorch")
	ends := ended(reports)
	want := []datagram.Failure{
		{Exception: "torch.OutOfMemoryError", Error: logline.OutOfMemory, Message: "CUDA out of memory. " +
			"Tried to allocate 1.05 GiB. GPU 0 has a total capacity of 23.69 GiB of which 374.94 MiB is free. " +
			"Process 17 has 2.00 GiB memory in use. Including non-PyTorch memory, this process has 20.00 GiB " +
			"memory in use. Of the allocated memory 16.12 GiB is allocated by PyTorch, and 25.00 MiB is " +
			"reserved by PyTorch but unallocated."},
		{Exception: "builtins.RuntimeError", Error: logline.OutOfMemory},
		{Exception: "torch.OutOfMemoryError", Error: logline.OutOfMemory},
		{Exception: "builtins.MemoryError", Error: logline.HostOutOfMemory},
		{Exception: "builtins.RuntimeError", Error: logline.IllegalAccess},
		{Exception: "builtins.RuntimeError", Error: logline.DeviceAssert},
		{Exception: "builtins.RuntimeError", Error: logline.CUDAError},
		{Exception: "builtins.AssertionError", Error: logline.BadInput},
		{Exception: "builtins.ValueError", Error: logline.BadToken},
		{Exception: "builtins.KeyError", Error: logline.OtherError},
		{Exception: "builtins.KeyboardInterrupt", Error: logline.OtherError},
	}
	require.Len(t, ends, len(want))
	for i, end := range ends {
		require.Equal(t, datagram.Failed, end.Outcome)
		require.Equal(t, want[i], end.Failure)
		require.Zero(t, end.Chunks)
		require.GreaterOrEqual(t, end.ComputeSeconds, 0.03, "the model worked until it failed")
	}
	state := datagram.AllocatorState{AllocatedBytes: 5e9, ReservedBytes: 8e9, PeakBytes: 7e9, Retries: 3, OOMs: 1}
	require.Equal(t, &datagram.TorchMemory{Start: state, End: &state}, ends[0].Torch)
}

// Asking torch's allocator before torch uses a GPU would make it use one.
func TestTorchOnTheCPU(t *testing.T) {
	reports, _, _ := scene(t, "cpu", "faketorch")
	require.Nil(t, ended(reports)[0].Torch)
}
