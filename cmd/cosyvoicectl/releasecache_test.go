package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/release"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// pythonServer starts a Python that looks like a CosyVoice server, with or without the Python file,
// and has it do the given things. It is known by its port.
func pythonServer(t *testing.T, folders string, does ...string) (instance string, pid int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	instance = strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	require.NoError(t, listener.Close())
	root, err := filepath.Abs("../../deploy/python")
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "server") // a short path: a socket's has 107 bytes at the most
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	script, err := os.ReadFile(filepath.Join(root, "testdata", "asked.py"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "server.py"), script, 0o600))

	cmd := exec.Command("python3", "server.py", "--port", instance, "--model_dir", "Fun-CosyVoice3-0.5B")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.Env = append(os.Environ(), "PYTHONPATH="+strings.ReplaceAll(folders, "ROOT", root), "TMPDIR="+dir,
		"PYTHONDONTWRITEBYTECODE=1", "COSYVOICE_TELEGRAF_SOCKET="+filepath.Join(dir, "nobody"))
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	said := bufio.NewReader(stdout)
	for _, line := range append(does, "pass") {
		_, err := io.WriteString(stdin, line+"\n")
		require.NoError(t, err)
		done, err := said.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "done\n", done)
	}
	return instance, cmd.Process.Pid
}

const withFile = "ROOT:ROOT/testdata/stub:ROOT/testdata/faketorch"

// released runs the tool as a program of its own: it takes its own children for no servers.
func released(t *testing.T, args ...string) (code int, stdout string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, append([]string{"release-cache", "--lang", "en", "--state", t.TempDir()}, args...)...)
	cmd.Env = append(os.Environ(), "PLAY_COSYVOICECTL=1")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String() + problems.String()
}

func TestReleaseCache(t *testing.T) {
	instance, pid := pythonServer(t, withFile, "speak()")
	server := "Server " + instance + " (pid " + strconv.Itoa(pid) + ") "
	code, said := released(t, "--instance", instance)
	require.Equal(t, exitOK, code, said)
	require.Regexp(t, "^"+regexp.QuoteMeta(server)+`gave back 2\.8 GiB, in \d+\.\d s\.\n`+
		`  GPU 0: PyTorch holds 4\.7 GiB, before 7\.5; 4\.7 of it in use\. The whole card: 4\.7 of 22\.4 GiB used, before 7\.5\n$`, said)

	code, said = released(t, "--instance", instance, "--json")
	require.Equal(t, exitOK, code, said)
	var told struct{ Servers []release.Result }
	require.NoError(t, json.Unmarshal([]byte(said), &told))
	require.Len(t, told.Servers, 1)
	require.Equal(t, instance, told.Servers[0].Instance)
	require.Equal(t, release.Released, told.Servers[0].Outcome)
	require.Zero(t, told.Servers[0].FreedBytes, "the second time")
	require.EqualValues(t, 5_000_000_000, told.Servers[0].Devices[0].After.ReservedBytes)

	code, said = released(t, "--instance", "nobody")
	require.Equal(t, exitFailed, code)
	require.Regexp(t, `no server is called "nobody"; there is: .*\b`+instance+`\b`, said)
}

func TestReleaseCacheWhileBusy(t *testing.T) {
	instance, _ := pythonServer(t, withFile, "hold()")
	code, said := released(t, "--instance", instance, "--wait", "0s")
	require.Equal(t, exitFailed, code, said)
	require.Contains(t, said, "released nothing: within 0 s there was no moment without a synthesis. In flight: 1, the oldest for 0 s.")
}

func TestReleaseCacheWithoutTheFile(t *testing.T) {
	instance, _ := pythonServer(t, withFile) // it has synthesised nothing
	code, said := released(t, "--instance", instance)
	require.Equal(t, exitFailed, code, said)
	require.Contains(t, said, "cannot be asked: it was started without deploy/python, or has synthesised nothing")
	require.Contains(t, said, "\n  torch.cuda.empty_cache()\n")
	require.Contains(t, said, `@app.post("/release_cache")`)
}

func TestReleaseView(t *testing.T) {
	state := func(allocated, reserved, used int64) release.State {
		return release.State{AllocatedBytes: allocated << 30, ReservedBytes: reserved << 30, CardUsedBytes: used << 30, CardTotalBytes: 24 << 30}
	}
	results := []release.Result{
		{PID: 1, FreedBytes: 3 << 30, Answer: release.Answer{Outcome: release.Released, Seconds: 0.21, LeftBehind: 2, Devices: []release.Device{
			{Index: 1, Before: state(5, 8, 20), After: state(5, 5, 17)}}}},
		{PID: 2, FreedBytes: 1 << 20, Answer: release.Answer{Outcome: release.Released, Devices: []release.Device{{Before: state(5, 5, 9), After: state(5, 5, 9)}}}},
		{PID: 3, Answer: release.Answer{Outcome: release.Busy, WaitedSeconds: 30, InFlight: 2, OldestSeconds: 3700}},
		{PID: 4, Answer: release.Answer{Outcome: release.NoGPU}},
		{PID: 5, Answer: release.Answer{Outcome: release.Failed, Exception: "torch.AcceleratorError"}},
		{PID: 6, Answer: release.Answer{Outcome: release.NotUnderstood}},
		{PID: 7, Answer: release.Answer{Outcome: release.Denied}, Reason: "permission denied"},
		{PID: 8, Answer: release.Answer{Outcome: release.NoAnswer}, Reason: "i/o timeout\x1b[A"},
		{PID: 9, Answer: release.Answer{Outcome: release.NoFile}},
	}
	for i := range results {
		results[i].Instance = "50000"
	}
	for language, want := range map[words.Language]string{
		words.English: `Server 50000 (pid 1) gave back 3.0 GiB, in 0.2 s.
  GPU 1: PyTorch holds 5.0 GiB, before 8.0; 5.0 of it in use. The whole card: 17.0 of 24.0 GiB used, before 20.0
  2 syntheses were left behind by clients that went away; what they hold stays. More: cosyvoicectl explain abandoned_generators
Server 50000 (pid 2) gave back 0.0 GiB, in 0.0 s.
  GPU 0: PyTorch holds 5.0 GiB, before 5.0; 5.0 of it in use. The whole card: 9.0 of 24.0 GiB used, before 9.0
  Hardly anything was kept unused; what the card holds is in use. By what: cosyvoicectl why
Server 50000 (pid 3) released nothing: within 30 s there was no moment without a synthesis. In flight: 2, the oldest for 1 h 1 min. Pause new requests, or wait longer: --wait 5m
  One that takes so long may be stuck: cosyvoicectl why
Server 50000 (pid 4) has nothing to release: PyTorch uses no GPU there.
Server 50000 (pid 5) released nothing: PyTorch raised torch.AcceleratorError. After a CUDA error a server has to be restarted; see: cosyvoicectl why
Server 50000 (pid 6) does not understand the question: its deploy/python is of another release. Copy that of this one over it, and restart the server.
Server 50000 (pid 7) belongs to another user; only that one and root may ask it: sudo cosyvoicectl release-cache (permission denied)
Server 50000 (pid 8) did not answer: i/o timeout [A. It may hang, have just ended, or still wait for another who asked: cosyvoicectl status
Server 50000 (pid 9) cannot be asked: it was started without deploy/python, or has synthesised nothing since its start.

With deploy/python on its PYTHONPATH`,
		words.Chinese: `服务 50000（pid 1）归还了 3.0 GiB 显存，用时 0.2 秒。
  GPU 1：PyTorch 现占用 5.0 GiB，之前 8.0 GiB，其中 5.0 GiB 正在使用。整卡现已用 17.0 / 24.0 GiB，之前 20.0 GiB
`,
	} {
		var out bytes.Buffer
		(&tool{language: language, stdout: &out}).showReleases(results)
		require.True(t, strings.HasPrefix(out.String(), want), out.String())
		require.NotContains(t, out.String(), "%!")
		require.NotContains(t, out.String(), "\x1b")
	}
}
