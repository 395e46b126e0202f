package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServerShowsTheSignsOfARealOne(t *testing.T) {
	for _, test := range []struct {
		entry, dir, argv, parent string
	}{
		{"webui", "", "python3 webui.py --port %d --model_dir pretrained_models/Fun-CosyVoice3-0.5B", ""},
		{"fastapi", "runtime/python/fastapi", "python3 server.py --port %d --model_dir ../../../pretrained_models/Fun-CosyVoice3-0.5B", ""},
		{"grpc", "runtime/python/grpc", "python3 server.py --port %d --max_conc 4 --model_dir ../../../pretrained_models/Fun-CosyVoice3-0.5B", ""},
		{"app", "", "python app.py --host 0.0.0.0 --port %d", "bash\x00run.sh\x00"},
	} {
		t.Run(test.entry, func(t *testing.T) {
			s := startSimulator(t, "--entry", test.entry)
			pid := s.ready(t)
			proc := fmt.Sprintf("/proc/%d/", pid)

			argv, err := os.ReadFile(proc + "cmdline")
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf(test.argv, s.port), strings.TrimRight(strings.ReplaceAll(string(argv), "\x00", " "), " "))

			checkout := filepath.Join(s.dir, "CosyVoice")
			dir, err := os.Readlink(proc + "cwd")
			require.NoError(t, err)
			require.Equal(t, filepath.Join(checkout, test.dir), dir)
			require.FileExists(t, filepath.Join(checkout, "cosyvoice/cli/cosyvoice.py"))
			require.FileExists(t, filepath.Join(checkout, ".git/HEAD"))
			require.FileExists(t, filepath.Join(checkout, "pretrained_models/Fun-CosyVoice3-0.5B/cosyvoice3.yaml"))

			for _, fd := range []string{"1", "2"} {
				target, err := os.Readlink(proc + "fd/" + fd)
				require.NoError(t, err)
				require.Equal(t, filepath.Join(s.dir, "cosyvoice.log"), target)
			}
			if test.parent != "" {
				parent, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.parent(t, pid)))
				require.NoError(t, err)
				require.Equal(t, test.parent, string(parent))
			}

			require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
			require.NoError(t, s.command.Wait())
			require.Empty(t, s.servers())
		})
	}
}

func (s *simulator) parent(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	var state string
	var parent int
	_, err = fmt.Sscan(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), &state, &parent)
	require.NoError(t, err)
	return parent
}

func TestServerEndsWithItsSupervisor(t *testing.T) {
	gpu := newState(t)
	s := startSimulator(t, "--entry", "app", "--gpu-state", gpu)
	s.ready(t)
	require.NoError(t, s.command.Process.Kill())
	require.Error(t, s.command.Wait())
	eventually(t, func() bool { return len(s.servers()) == 0 })
	require.Empty(t, readDevice(t, gpu).Processes)
}

func TestCrashLeavesNothingOnTheGPU(t *testing.T) {
	gpu := newState(t)
	before := readDevice(t, gpu)
	s := startSimulator(t, "--entry", "fastapi", "--gpu-state", gpu, "--scenario", "crash", "--crash-after", "10ms")
	require.ErrorContains(t, s.command.Wait(), "exit status 1")
	require.Contains(t, s.output.String(), "signal: killed")
	require.Equal(t, *before.MemoryUsedBytes, *readDevice(t, gpu).MemoryUsedBytes)
	require.Empty(t, readDevice(t, gpu).Processes)
	require.NotContains(t, s.log(t), "Shutting down")
}

func TestRestartAfterSIGKILL(t *testing.T) {
	gpu := newState(t)
	s := startSimulator(t, "--gpu-state", gpu, "--restart")
	first := s.ready(t)
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	eventually(t, func() bool {
		now := s.servers()
		return len(now) == 1 && now[0] != first
	})
	second := s.ready(t)
	processes := readDevice(t, gpu).Processes
	require.Len(t, processes, 1)
	require.Equal(t, second, processes[0].PID)
}

func TestCrashScenarioDiesInASynthesis(t *testing.T) {
	s := startSimulator(t, "--entry", "grpc", "--scenario", "crash", "--rate", "6000", "--rtf", "0.001")
	require.Error(t, s.command.Wait())
	log := s.log(t)
	begun := strings.Count(log, "  0%|")
	finished := strings.Count(log, "]\n")
	require.InDelta(t, 20, finished, grpcCalls)
	require.Greater(t, begun, finished)
	require.Contains(t, s.output.String(), "signal: killed")
}

func TestUnusableArguments(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"--entry", "cli"}, "choose one of webui, fastapi, grpc, vllm, triton, app"},
		{[]string{"--scenario", "storm"}, "steady"},
		{[]string{"--rtf", "0"}, "--rtf above 0"},
		{[]string{"--gpu-state", "/no/such/file"}, "fakenvml init /no/such/file"},
		{[]string{"--gpu-state", newState(t), "--gpu", "3"}, "find GPU 3"},
	} {
		s := startSimulator(t, test.arguments...)
		require.Error(t, s.command.Wait())
		require.Contains(t, s.output.String(), test.want)
	}
}
