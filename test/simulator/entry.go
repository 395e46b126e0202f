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
	script      string // below the checkout; its folder is the working directory
	defaultPort int
	python      string // name by which the interpreter is called
	arguments   []string
	byShell     bool // started by run.sh, so that bash is the parent
	newFront    func(*engine, int) front
}

// entries are upstream's three servers, started as upstream's README says, and
// the community build that is started by "bash run.sh".
var entries = []entry{
	{name: "webui", script: "webui.py", defaultPort: 50000, python: "python3",
		arguments: []string{"--port", "PORT", "--model_dir", "MODEL_DIR"}, newFront: newGradio},
	{name: "fastapi", script: "runtime/python/fastapi/server.py", defaultPort: 50000, python: "python3",
		arguments: []string{"--port", "PORT", "--model_dir", "MODEL_DIR"}, newFront: newFastAPI},
	{name: "grpc", script: "runtime/python/grpc/server.py", defaultPort: 50000, python: "python3",
		arguments: []string{"--port", "PORT", "--max_conc", "4", "--model_dir", "MODEL_DIR"}, newFront: newGRPC},
	{name: "app", script: "app.py", defaultPort: 7860, python: "python", byShell: true,
		arguments: []string{"--host", "0.0.0.0", "--port", "PORT"}, newFront: newGradio},
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
	argv := []string{e.python, filepath.Base(e.script)}
	for _, argument := range e.arguments {
		switch argument {
		case "PORT":
			argument = strconv.Itoa(port)
		case "MODEL_DIR":
			argument = up + modelDir
		}
		argv = append(argv, argument)
	}
	return argv
}
