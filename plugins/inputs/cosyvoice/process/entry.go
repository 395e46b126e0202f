package process

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// api tells how a server can be asked whether it is there.
type api int

const (
	apiOther api = iota
	apiGradio
	apiFastAPI
	apiGRPC
)

// entryPoint is a program that serves speech.
type entryPoint struct {
	program string // file name
	port    int    // on which it listens by default; 0 if not known
	api     api
}

// The programs of the official repository (webui.py and the two server.py, told
// apart below) and of builds and wrappers around it. Most names are common, so
// a name alone makes no server; see signs.
var entryPoints = []entryPoint{
	{"webui.py", 8000, apiGradio},
	{"server.py", 50000, apiFastAPI},
	{"app.py", 7860, apiGradio},
	{"app_local.py", 50000, apiGradio},
	{"api.py", 9233, apiOther},
	{"api_server.py", 0, apiOther},
	{"run_server.py", 0, apiOther},
	{"start_all.py", 0, apiOther},
	{"tts_server.py", 0, apiOther},
	{"cosyvoice_server.py", 0, apiOther},
	{"cosyvoice-api.py", 50000, apiFastAPI},
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
	if !known {
		if !namesCosyVoice(name) || servesOtherwise(name) {
			return entryPoint{}, false
		}
		entry = entryPoint{program: name}
	}
	if entry.program == "server.py" && isGRPC(c, cwd) {
		entry.api = apiGRPC
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

// givenPort is the port that the command line asks for, or 0.
func givenPort(c command) int {
	text, _ := c.option("--port", "-p")
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int(port)
}

func namesCosyVoice(text string) bool {
	return strings.Contains(strings.ToLower(text), "cosyvoice")
}
