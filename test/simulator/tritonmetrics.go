package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// tritonModelNames are the models of upstream's repository for CosyVoice3.
var tritonModelNames = []string{"audio_tokenizer", "cosyvoice3", "speaker_embedding", "token2wav", "vocoder"}

// tritonCounts is what a Triton server counts of its models.
type tritonCounts struct {
	mu     sync.Mutex
	models map[string]*tritonCount
}

// tritonCount is that of one model.
type tritonCount struct {
	success, failure, pending        int64
	queue, input, infer, output, all time.Duration
}

func newTritonCounts() *tritonCounts {
	counts := &tritonCounts{models: map[string]*tritonCount{}}
	for _, name := range tritonModelNames {
		counts.models[name] = &tritonCount{}
	}
	return counts
}

// change changes what is counted of a model.
func (t *tritonCounts) change(model string, by func(*tritonCount)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	by(t.models[model])
}

// succeed counts a request that took so long in the model.
func (t *tritonCounts) succeed(model string, infer time.Duration) {
	t.change(model, func(c *tritonCount) {
		const queue, copying = 200 * time.Microsecond, 60 * time.Microsecond
		c.success++
		c.queue += queue
		c.input += copying
		c.infer += infer
		c.output += copying
		c.all += queue + 2*copying + infer
	})
}

// ServeHTTP writes the counts in the order and words of Triton.
func (t *tritonCounts) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	begin := func(name, kind, help string) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	family := func(name, kind, help string, value func(*tritonCount) int64) {
		begin(name, kind, help)
		for _, model := range tritonModelNames {
			fmt.Fprintf(&b, "%s{model=%q,version=\"1\"} %d\n", name, model, value(t.models[model]))
		}
	}
	family("nv_inference_request_success", "counter", "Number of successful inference requests, all batch sizes",
		func(c *tritonCount) int64 { return c.success })
	const failures = "nv_inference_request_failure"
	begin(failures, "counter", "Number of failed inference requests, all batch sizes")
	for _, model := range tritonModelNames {
		fmt.Fprintf(&b, "%s{model=%q,reason=\"BACKEND\",version=\"1\"} %d\n", failures, model, t.models[model].failure)
		for _, reason := range []string{"CANCELED", "OTHER", "REJECTED"} {
			fmt.Fprintf(&b, "%s{model=%q,reason=%q,version=\"1\"} 0\n", failures, model, reason)
		}
	}
	family("nv_inference_count", "counter", "Number of inferences performed (does not include cached requests)",
		func(c *tritonCount) int64 { return c.success })
	family("nv_inference_pending_request_count", "gauge", "Instantaneous number of pending requests awaiting execution per-model.",
		func(c *tritonCount) int64 { return c.pending })
	for _, d := range []struct {
		name, help string
		of         func(*tritonCount) time.Duration
	}{
		{"request", "Cumulative inference request duration in microseconds (includes cached requests)", func(c *tritonCount) time.Duration { return c.all }},
		{"queue", "Cumulative inference queuing duration in microseconds (includes cached requests)", func(c *tritonCount) time.Duration { return c.queue }},
		{"compute_input", "Cumulative compute input duration in microseconds (does not include cached requests)", func(c *tritonCount) time.Duration { return c.input }},
		{"compute_infer", "Cumulative compute inference duration in microseconds (does not include cached requests)", func(c *tritonCount) time.Duration { return c.infer }},
		{"compute_output", "Cumulative inference compute output duration in microseconds (does not include cached requests)", func(c *tritonCount) time.Duration { return c.output }},
	} {
		family("nv_inference_"+d.name+"_duration_us", "counter", d.help,
			func(c *tritonCount) int64 { return d.of(c).Microseconds() })
	}
	b.WriteString("# HELP nv_cpu_utilization CPU utilization rate [0.0 - 1.0]\n# TYPE nv_cpu_utilization gauge\nnv_cpu_utilization 0.07\n")
	answer(w, http.StatusOK, "text/plain; charset=utf-8", b.String())
}
