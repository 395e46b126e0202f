package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTritonTellsWhatItCounted(t *testing.T) {
	s := startSimulator(t, "--entry", "triton", "--rate", "600", "--requests", "2")
	s.port += metricsPortAfter
	var body string
	eventually(t, func() bool {
		response, err := http.Get(s.url("/metrics"))
		if err != nil {
			return false // not yet listening
		}
		_, body = readAnswer(t, response)
		return strings.Contains(body, "\nnv_inference_request_success{model=\"cosyvoice3\",version=\"1\"} 2\n")
	})
	require.Contains(t, body, "\nnv_inference_request_success{model=\"speaker_embedding\",version=\"1\"} 1\n")
	require.NotContains(t, body, "\nnv_inference_compute_infer_duration_us{model=\"token2wav\",version=\"1\"} 0\n")
}

func TestTritonMetrics(t *testing.T) {
	counts := newTritonCounts()
	counts.succeed("vocoder", time.Second)
	counts.change("cosyvoice3", func(c *tritonCount) { c.failure, c.pending = 3, 2 })
	answer := httptest.NewRecorder()
	counts.ServeHTTP(answer, nil)
	for _, line := range []string{
		`# TYPE nv_inference_request_success counter`,
		`nv_inference_request_success{model="vocoder",version="1"} 1`,
		`nv_inference_request_failure{model="cosyvoice3",reason="BACKEND",version="1"} 3`,
		`nv_inference_request_failure{model="cosyvoice3",reason="REJECTED",version="1"} 0`,
		`nv_inference_pending_request_count{model="cosyvoice3",version="1"} 2`,
		`nv_inference_request_duration_us{model="vocoder",version="1"} 1000320`,
		`nv_inference_queue_duration_us{model="vocoder",version="1"} 200`,
		`nv_inference_compute_infer_duration_us{model="vocoder",version="1"} 1000000`,
	} {
		require.Contains(t, answer.Body.String(), line+"\n")
	}
}
