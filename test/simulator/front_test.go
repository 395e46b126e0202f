package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const shortText = "春天来了，院子里的桃花一夜之间全都开了。" // 20 characters, 101 to 125 tokens

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	return readAnswer(t, response)
}

func readAnswer(t *testing.T, response *http.Response) (int, string) {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

func TestFastAPI(t *testing.T) {
	s := startSimulator(t, "--entry", "fastapi")
	pid := s.ready(t)

	status, body := get(t, s.url("/openapi.json"))
	require.Equal(t, http.StatusOK, status)
	var api struct{ Paths map[string]any }
	require.NoError(t, json.Unmarshal([]byte(body), &api))
	require.Contains(t, api.Paths, "/inference_sft")
	status, _ = get(t, s.url("/docs"))
	require.Equal(t, http.StatusOK, status)
	status, _ = get(t, s.url("/health"))
	require.Equal(t, http.StatusNotFound, status)
	status, _ = get(t, s.url("/inference_sft"))
	require.Equal(t, http.StatusUnprocessableEntity, status)

	response, err := http.PostForm(s.url("/inference_sft"), url.Values{"tts_text": {shortText}})
	require.NoError(t, err)
	status, body = readAnswer(t, response)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, body, speechTokens(shortText)*samplesPerToken*2)

	client := regexp.MustCompile(`127\.0\.0\.1:\d+`)
	var lines []string
	eventually(t, func() bool {
		log := client.ReplaceAllString(timeless(s.log(t)), "CLIENT")
		lines = strings.SplitAfter(strings.ReplaceAll(log, "["+strconv.Itoa(pid)+"]", "[PID]"), "\n")
		return strings.Contains(log, "100%")
	})
	require.Equal(t, `STAMP INFO input frame rate=25
STAMP INFO use wetext frontend
Removing weight norm...
INFO:     Started server process [PID]
INFO:     Waiting for application startup.
INFO:     Application startup complete.
INFO:     Uvicorn running on http://0.0.0.0:`+strconv.Itoa(s.port)+` (Press CTRL+C to quit)
INFO:     CLIENT - "GET /openapi.json HTTP/1.1" 200 OK
INFO:     CLIENT - "GET /docs HTTP/1.1" 200 OK
INFO:     CLIENT - "GET /health HTTP/1.1" 404 Not Found
INFO:     CLIENT - "GET /inference_sft HTTP/1.1" 422 Unprocessable Entity
INFO:     CLIENT - "POST /inference_sft HTTP/1.1" 200 OK
`, strings.Join(lines[:12], ""))
	require.Equal(t, "\r  0%|          | 0/1 [00:00<?, ?it/s]STAMP INFO synthesis text "+shortText+"\n", lines[12])
	require.Regexp(t, `^STAMP INFO yield speech len 4\.\d+, rtf RTF\n$`, lines[13])
}

func TestGradio(t *testing.T) {
	s := startSimulator(t, "--rtf", "0.1")
	s.ready(t)
	for _, path := range []string{"/", "/config", "/gradio_api/queue/status"} {
		status, _ := get(t, s.url(path))
		require.Equal(t, http.StatusOK, status, path)
	}
	const path = "/gradio_api/call/generate_audio"
	call := func() (int, string) {
		body, err := json.Marshal(map[string]any{"data": []any{shortText, "3s极速复刻"}})
		require.NoError(t, err)
		response, err := http.Post(s.url(path), "application/json", bytes.NewReader(body))
		require.NoError(t, err)
		return readAnswer(t, response)
	}
	status, body := call()
	require.Equal(t, http.StatusOK, status)
	var created struct {
		ID string `json:"event_id"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &created))
	for range gradioRunning + gradioWaiting {
		if status, body = call(); status != http.StatusOK {
			break
		}
	}
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, "Queue is full. Max size is 4 and size is 4.")

	_, body = get(t, s.url(path+"/"+created.ID))
	require.Contains(t, body, "event: complete")
	log := s.log(t)
	require.Contains(t, log, "* Running on local URL:  http://0.0.0.0:")
	require.Contains(t, log, " INFO get zero_shot inference request\n")
	require.Contains(t, log, " WARNING synthesis text "+shortText+" too short than prompt text "+promptText+", this may lead to bad performance\n")
}

func TestSynthesisMovesTheGPU(t *testing.T) {
	gpu := newState(t)
	idle := readDevice(t, gpu)
	s := startSimulator(t, "--entry", "fastapi", "--gpu-state", gpu, "--rtf", "0.3")
	pid := s.ready(t)
	loaded := readDevice(t, gpu)
	require.Len(t, loaded.Processes, 1)
	require.Equal(t, pid, loaded.Processes[0].PID)
	require.EqualValues(t, contextBytes+modelBytes, *loaded.Processes[0].MemoryBytes)
	require.Equal(t, *idle.MemoryUsedBytes+contextBytes+modelBytes, *loaded.MemoryUsedBytes)

	done := make(chan error, 1)
	go func() {
		response, err := http.PostForm(s.url("/inference_sft"), url.Values{"tts_text": {shortText}})
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		done <- err
	}()
	eventually(t, func() bool {
		d := readDevice(t, gpu)
		return *d.MemoryUsedBytes > *loaded.MemoryUsedBytes && *d.UtilizationGPUPercent > 50 &&
			*d.PowerMilliwatts > 100_000 && *d.ClockSMMHz > 2000 && *d.EnergyMillijoules > *idle.EnergyMillijoules
	})
	require.NoError(t, <-done)
	eventually(t, func() bool {
		d := readDevice(t, gpu)
		return *d.MemoryUsedBytes == *loaded.MemoryUsedBytes && *d.UtilizationGPUPercent == 0
	})

	require.NoError(t, s.command.Process.Signal(os.Interrupt))
	require.NoError(t, s.command.Wait())
	require.Equal(t, *idle.MemoryUsedBytes, *readDevice(t, gpu).MemoryUsedBytes)
	require.Empty(t, readDevice(t, gpu).Processes)
}

func TestLeakEndsOutOfMemory(t *testing.T) {
	for entry, words := range map[string]string{
		"fastapi": "    | torch.OutOfMemoryError: CUDA out of memory. Tried to allocate ",
		"webui":   "\ntorch.OutOfMemoryError: CUDA out of memory. Tried to allocate ",
		"grpc":    " ERROR Exception iterating responses: CUDA out of memory. Tried to allocate ",
	} {
		t.Run(entry, func(t *testing.T) {
			gpu := newState(t)
			s := startSimulator(t, "--entry", entry, "--gpu-state", gpu, "--leak-mib", "9216",
				"--rate", "600", "--rtf", "0.005")
			pid := s.ready(t)
			eventually(t, func() bool { return strings.Contains(s.log(t), words) })
			require.Equal(t, pid, s.ready(t), "the server outlives the failure")
			// On a busy machine syntheses pile up, and the first to fail may do so before
			// the second leak.
			eventually(t, func() bool {
				return *readDevice(t, gpu).Processes[0].MemoryBytes >= contextBytes+modelBytes+2*9216*mebibyte
			})
		})
	}
}
