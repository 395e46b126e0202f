package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// commandLines are those of the simulator's processes, sorted.
func (s *simulator) commandLines() []string {
	var lines []string
	for _, pid := range s.servers() {
		content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		first, _, _ := strings.Cut(string(content), "\x00--port")
		lines = append(lines, strings.Join(strings.Fields(strings.ReplaceAll(first, "\x00", " ")), " "))
	}
	slices.Sort(lines)
	return lines
}

func TestServersOfMoreThanOneProcess(t *testing.T) {
	stub := "/opt/tritonserver/backends/python/triton_python_backend_stub model_repo_cosyvoice3_copy/"
	const region = "/1/model.py triton_python_backend_shm_region 1048576 1048576"
	for entry, want := range map[string][]string{
		"vllm": {"VLLM::EngineCore", "python3 webui.py"},
		"triton": {
			stub + "cosyvoice3" + region, stub + "cosyvoice3" + region, stub + "token2wav" + region, stub + "vocoder" + region,
			"python3 trtllm-serve serve trt_engines_cosyvoice3",
			"tritonserver --model-repository model_repo_cosyvoice3_copy --http-port PORT --metrics-port METRICS",
		},
	} {
		t.Run(entry, func(t *testing.T) {
			gpu := newState(t)
			s := startSimulator(t, "--entry", entry, "--gpu-state", gpu)
			eventually(t, func() bool {
				lines := s.commandLines()
				ports := strings.NewReplacer(fmt.Sprint(s.port), "PORT", fmt.Sprint(s.port+metricsPortAfter), "METRICS")
				for i := range lines {
					lines[i] = ports.Replace(lines[i])
				}
				return slices.Equal(want, lines) && len(readDevice(t, gpu).Processes) == len(want)
			})
			if entry == "triton" {
				eventually(t, func() bool {
					answer, err := http.Get(s.url("/v2/health/ready"))
					return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
				})
			}
			require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
			require.NoError(t, s.command.Wait())
			require.Empty(t, s.servers())
			require.Empty(t, readDevice(t, gpu).Processes)
		})
	}
}

func TestServerStartsItselfAnew(t *testing.T) {
	s := startSimulator(t, "--exec-after", "100ms")
	pid := s.ready(t)
	eventually(t, func() bool { return strings.Count(s.log(t), "use wetext frontend") >= 3 })
	require.Equal(t, []int{pid}, s.servers())
	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	require.NoError(t, s.command.Wait())
}
