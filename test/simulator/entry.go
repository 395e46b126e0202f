package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

const modelDir = "pretrained_models/Fun-CosyVoice3-0.5B"

// entry is a way in which people start CosyVoice3.
type entry struct {
	name        string
	script      string // below the checkout; its folder is the working directory; empty for Triton
	defaultPort int
	python      string // name by which the interpreter is called
	arguments   []string
	shell       string  // script that starts it, so that bash is the parent
	children    []child // that the server starts
	besides     []child // that the script starts
	newFront    func(*engine, int) front
}

// entries are upstream's three servers, started as upstream's README says, the
// web page with vLLM inside, the community build that is started by "bash
// run.sh", and upstream's Triton with trtllm-serve beside it.
var entries = []entry{
	{name: "webui", script: "webui.py", defaultPort: 50000, python: "python3",
		arguments: []string{"--port", "PORT", "--model_dir", "MODEL_DIR"}, newFront: newGradio},
	{name: "fastapi", script: "runtime/python/fastapi/server.py", defaultPort: 50000, python: "python3",
		arguments: []string{"--port", "PORT", "--model_dir", "MODEL_DIR"}, newFront: newFastAPI},
	{name: "grpc", script: "runtime/python/grpc/server.py", defaultPort: 50000, python: "python3",
		arguments: []string{"--port", "PORT", "--max_conc", "4", "--model_dir", "MODEL_DIR"}, newFront: newGRPC},
	{name: "vllm", script: "webui.py", defaultPort: 50000, python: "python3",
		arguments: []string{"--port", "PORT", "--model_dir", "MODEL_DIR"}, newFront: newGradio,
		children: []child{{argv: []string{"VLLM::EngineCore"}, mib: 4800}}},
	{name: "triton", defaultPort: 18000, python: "tritonserver", shell: "run_cosyvoice3.sh",
		arguments: []string{"--model-repository", tritonModels, "--http-port", "PORT", "--metrics-port", "METRICS_PORT"}, newFront: newTriton,
		children: tritonStubs(),
		besides:  []child{{argv: []string{"python3", "trtllm-serve", "serve", "trt_engines_cosyvoice3"}, mib: 6000}}},
	{name: "app", script: "app.py", defaultPort: 7860, python: "python", shell: "run.sh",
		arguments: []string{"--host", "0.0.0.0", "--port", "PORT"}, newFront: newApp},
}

func findEntry(name string) (entry, error) {
	for _, e := range entries {
		if e.name == name {
			return e, nil
		}
	}
	return entry{}, fmt.Errorf("there is no entry point %q; choose one of %s", name, strings.Join(entryNames(), ", "))
}

func entryNames() []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.name)
	}
	return names
}

// workDir is the folder, below the checkout, that the server runs in.
func (e entry) workDir() string {
	return filepath.Dir(e.script)
}

// argv is the start line, the interpreter first.
func (e entry) argv(port int) []string {
	up := strings.Repeat("../", strings.Count(e.script, "/"))
	argv := []string{e.python}
	if e.script != "" {
		argv = append(argv, filepath.Base(e.script))
	}
	for _, argument := range e.arguments {
		switch argument {
		case "PORT":
			argument = strconv.Itoa(port)
		case "METRICS_PORT":
			argument = strconv.Itoa(port + metricsPortAfter)
		case "MODEL_DIR":
			argument = up + modelDir
		}
		argv = append(argv, argument)
	}
	return argv
}
