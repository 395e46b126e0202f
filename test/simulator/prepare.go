package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Folders below options.Dir.
const (
	checkoutDir = "CosyVoice"
	pythonDir   = "env/bin"
)

// The name of conda's interpreter, to which python3 and python are links.
const interpreter = "python3.10"

const (
	standIn = "# A stand-in: this file belongs to cosyvoice-sim, not to CosyVoice.\n"
	// revision is made up, so that nobody takes it for a version of CosyVoice.
	revision = "51b0a7ed51b0a7ed51b0a7ed51b0a7ed51b0a7ed"
)

// prepare lays out what a monitor looks at below dir: a checkout of CosyVoice
// with a model, and a Python environment whose interpreter is this program.
func prepare(dir string, e entry, port int) error {
	files := map[string]string{
		"cosyvoice/cli/cosyvoice.py":              standIn,
		"cosyvoice/cli/model.py":                  standIn,
		"webui.py":                                standIn,
		"app.py":                                  standIn,
		"runtime/python/fastapi/server.py":        standIn,
		"runtime/python/grpc/server.py":           standIn,
		modelDir + "/cosyvoice3.yaml":             standIn + "sample_rate: 24000\n",
		tritonModels + "/cosyvoice3/config.pbtxt": standIn,
		".git/HEAD":                               "ref: refs/heads/main\n",
		".git/refs/heads/main":                    revision + "\n",
	}
	if e.shell != "" {
		files[e.shell] = runScript(e.argv(port), e.besides)
	}
	for name, content := range files {
		path := filepath.Join(dir, checkoutDir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("prepare the checkout: %w", err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return fmt.Errorf("prepare the checkout: %w", err)
		}
	}
	if err := prepareInterpreter(filepath.Join(dir, pythonDir)); err != nil {
		return fmt.Errorf("prepare the interpreter: %w", err)
	}
	return nil
}

// runScript says a word after the server's end, or bash would replace itself
// by the server.
func runScript(argv []string, besides []child) string {
	lines := []string{"#!/bin/bash"}
	for _, c := range besides {
		lines = append(lines, fmt.Sprintf("%s=%d %s &", childVariable, c.mib, strings.Join(c.argv, " ")))
	}
	lines = append(lines, strings.Join(argv, " "), `echo "the server ended with status $?"`, "wait")
	return strings.Join(lines, "\n") + "\n"
}

func prepareInterpreter(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, interpreter)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// A link costs nothing, but it cannot cross file systems.
	if os.Link(self, path) != nil {
		if err := copyProgram(self, path); err != nil {
			return err
		}
	}
	for _, name := range []string{"python3", "python", "tritonserver"} {
		if err := os.Symlink(interpreter, filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

func copyProgram(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
