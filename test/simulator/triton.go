package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

const tritonModels = "model_repo_cosyvoice3_copy"

// triton is upstream's runtime/triton_trtllm. It answers whether it is ready, and on
// another port what it counted; only the load generator makes it synthesise.
type triton struct {
	engine      *engine
	metricsPort int
	counts      *tritonCounts
	voices      atomic.Int64
}

// metricsPortAfter is how far Triton's metrics are from its HTTP port, as upstream's
// scripts set them.
const metricsPortAfter = 2

func newTriton(e *engine, port int) front {
	return &triton{engine: e, metricsPort: port + metricsPortAfter, counts: newTritonCounts()}
}

func (t *triton) serve(ctx context.Context, l net.Listener) error {
	metrics, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(t.metricsPort)))
	if err != nil {
		return fmt.Errorf("open the port for metrics: %w; it is the second one after --port", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	told := make(chan error, 1)
	go func() {
		routes := http.NewServeMux()
		routes.Handle("GET /metrics", t.counts)
		told <- serveHTTP(ctx, metrics, routes)
	}()
	routes := http.NewServeMux()
	routes.HandleFunc("GET /v2/health/ready", func(http.ResponseWriter, *http.Request) {})
	err = serveHTTP(ctx, l, routes)
	stop()
	return errors.Join(err, <-told)
}

// cachedVoices is how many requests speak with a voice before another one comes: a voice
// is only analysed when it is new.
const cachedVoices = 8

func (t *triton) submit(ctx context.Context, r request) error {
	t.counts.change("cosyvoice3", func(c *tritonCount) { c.pending++ })
	defer t.counts.change("cosyvoice3", func(c *tritonCount) { c.pending-- })
	if t.voices.Add(1)%cachedVoices == 1 {
		t.counts.succeed("audio_tokenizer", 45*time.Millisecond)
		t.counts.succeed("speaker_embedding", 20*time.Millisecond)
	}
	began := time.Now()
	last := began
	err := t.engine.synthesize(ctx, r, func(int) error {
		took := time.Since(last)
		last = time.Now()
		// The language model runs beside the server.
		t.counts.succeed("token2wav", took/3)
		t.counts.succeed("vocoder", took/20)
		return nil
	})
	if err != nil {
		t.counts.change("cosyvoice3", func(c *tritonCount) { c.failure++ })
		return err
	}
	t.counts.succeed("cosyvoice3", time.Since(began))
	return nil
}

// tritonStubs are some of the processes of Triton's Python backend, one for
// each model instance.
func tritonStubs() []child {
	var stubs []child
	for _, model := range []string{"cosyvoice3", "cosyvoice3", "token2wav", "vocoder"} {
		stubs = append(stubs, child{mib: 512, argv: []string{
			"/opt/tritonserver/backends/python/triton_python_backend_stub",
			tritonModels + "/" + model + "/1/model.py", "triton_python_backend_shm_region", "1048576", "1048576",
		}})
	}
	return stubs
}
