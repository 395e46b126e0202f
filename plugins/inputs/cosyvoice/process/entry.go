package process

import (
	"path"
	"slices"
	"strings"
)

// api tells how a server can be asked whether it is there.
type api int

const (
	apiOther api = iota
	apiGradio
	apiFastAPI
	apiTriton
	apiRPC // gRPC, or another protocol in which nothing harmless can be asked
)

// entryPoint is a program that serves speech.
type entryPoint struct {
	program string // file name; with a folder for one that is run as a module
	port    int    // on which it listens by default; 0 if not known
	api     api
	// verb is the first argument, without which the program serves nothing.
	verb string
	// anyModel tells that the program serves whatever model it is given, so
	// that only a model that says CosyVoice makes it a server.
	anyModel bool
	// part tells that the program is never a server of its own, but belongs to
	// the Triton server beside it.
	part bool
}

const (
	tritonServer = "tritonserver"
	tritonStub   = "triton_python_backend_stub"
)

// The programs of the official repository (webui.py and the two server.py, told
// apart below) and of builds and wrappers around it. Most names are common, so
// a name alone makes no server; see signs.
var entryPoints = []entryPoint{
	{program: "webui.py", port: 8000, api: apiGradio},
	{program: "server.py", port: 50000, api: apiFastAPI},
	{program: "app.py", port: 7860, api: apiGradio},
	{program: "app_local.py", port: 50000, api: apiGradio},
	{program: "api.py", port: 9233},
	{program: "api_server.py"},
	{program: "run_server.py"},
	{program: "start_all.py"},
	{program: "tts_server.py"},
	{program: "cosyvoice_server.py"},
	{program: "cosyvoice-api.py", port: 50000, api: apiFastAPI},
	{program: "vllm", port: 8000, verb: "serve", anyModel: true},
	{program: "vllm-omni", port: 8000, verb: "serve", anyModel: true},
	{program: "vllm/entrypoints/openai/api_server.py", port: 8000, anyModel: true},
	{program: "sgl-omni", port: 8000, verb: "serve", anyModel: true},
	{program: "sglang", port: 30000, verb: "serve", anyModel: true},
	{program: "sglang/launch_server.py", port: 30000, anyModel: true},
	{program: tritonServer, port: 8000, api: apiTriton, anyModel: true},
	{program: "trtllm-serve", port: 8000, anyModel: true, part: true},
}

// launcherPort is the default port of uvicorn and gunicorn.
const launcherPort = 8000

// Programs that have CosyVoice in their name and serve nothing.
var servesNothing = []string{
	"client", "test", "train", "export", "download", "example", "infer",
	"bench", "average", "convert", "extract", "prepare", "install", "eval",
}

// entryOf finds the entry point that a command runs. The working directory
// helps where it is known.
func entryOf(c command, cwd string) (entryPoint, bool) {
	name := path.Base(c.program)
	if c.module {
		name = c.program
	}
	entry, known := lookUpEntry(name)
	// The runtimes of the official checkout can be named as modules.
	if !known && c.module && strings.HasPrefix(name, "runtime/") {
		entry, known = lookUpEntry(path.Base(name))
	}
	if known && entry.verb != "" && (len(c.arguments) == 0 || c.arguments[0] != entry.verb) {
		return entryPoint{}, false
	}
	if !known {
		if !namesCosyVoice(name) || servesOtherwise(name) {
			return entryPoint{}, false
		}
		entry = entryPoint{program: name}
		if c.isTitle() {
			entry.api = apiRPC
		}
	}
	if entry.program == "server.py" && isGRPC(c, cwd) {
		entry.api = apiRPC
	}
	if c.launcher != "" {
		entry.port, entry.api = launcherPort, apiOther
	}
	return entry, true
}

func lookUpEntry(name string) (entryPoint, bool) {
	i := slices.IndexFunc(entryPoints, func(e entryPoint) bool { return e.program == name })
	if i < 0 {
		return entryPoint{}, false
	}
	return entryPoints[i], true
}

func servesOtherwise(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(servesNothing, func(word string) bool { return strings.Contains(name, word) })
}

// isGRPC tells the official server.py of gRPC from that of FastAPI: by its own
// option, else by its folder.
func isGRPC(c command, cwd string) bool {
	if _, given := c.option("--max_conc"); given {
		return true
	}
	return strings.HasSuffix(path.Dir(path.Join(cwd, c.program)), "grpc")
}

func namesCosyVoice(text string) bool {
	return strings.Contains(strings.ToLower(text), "cosyvoice")
}
