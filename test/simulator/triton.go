package main

import (
	"context"
	"net"
	"net/http"
)

const tritonModels = "model_repo_cosyvoice3_copy"

// triton is upstream's runtime/triton_trtllm. It answers whether it is ready;
// only the load generator makes it synthesise.
type triton struct{ engine *engine }

func newTriton(e *engine, _ int) front { return triton{e} }

func (t triton) serve(ctx context.Context, l net.Listener) error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /v2/health/ready", func(http.ResponseWriter, *http.Request) {})
	return serveHTTP(ctx, l, routes)
}

func (t triton) submit(ctx context.Context, r request) error {
	return t.engine.synthesize(ctx, r, func(int) error { return nil })
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
