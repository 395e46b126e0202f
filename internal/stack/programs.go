package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/parts"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Program is an executable file and its version.
type Program struct {
	Path    string `json:"path"`
	Version string `json:"version"`
}

// Programs are what a stack runs.
type Programs struct {
	Influxd  Program
	Telegraf Program
	// Plugin is cosyvoice-telegraf, which Telegraf starts.
	Plugin Program
	// Simulator is cosyvoice-sim; only a demo uses it.
	Simulator string
	// NVML is the fake libnvidia-ml.so.1; only a demo uses it.
	NVML string
}

// FindPrograms finds the parts that every stack needs and, for a demo, the
// stand-ins. The project's own programs are looked for beside this executable,
// then on PATH.
func FindPrograms(ctx context.Context, demo bool) (Programs, error) {
	var found Programs
	var influxdErr, telegrafErr, err error
	found.Influxd, influxdErr = findPart(ctx, "influxd")
	found.Telegraf, telegrafErr = findPart(ctx, "telegraf")
	// What is missing is named at once, so that a person gets it in one go.
	if err := errors.Join(influxdErr, telegrafErr); err != nil {
		return Programs{}, err
	}
	if found.Plugin.Path, err = FindPlugin(); err != nil {
		return Programs{}, err
	}
	if found.Plugin.Version, err = askVersion(ctx, found.Plugin.Path); err != nil {
		return Programs{}, err
	}
	if !demo {
		return found, nil
	}
	if found.Simulator, err = findOwn("cosyvoice-sim"); err != nil {
		return Programs{}, err
	}
	found.NVML, err = besideExecutable("libnvidia-ml.so.1")
	return found, err
}

// FindPlugin is the path of cosyvoice-telegraf.
func FindPlugin() (string, error) { return findOwn("cosyvoice-telegraf") }

func findPart(ctx context.Context, name string) (Program, error) {
	part, err := parts.Find(ctx, name)
	if missing := (*parts.MissingError)(nil); errors.As(err, &missing) {
		return Program{}, words.PartMissing.With(missing.Name, orNotThere(missing.OnPath),
			missing.CacheDir, orNotThere(missing.CacheHas), missing.Packages)
	}
	if err != nil {
		return Program{}, fmt.Errorf("finding %s: %w", name, err)
	}
	return Program{Path: part.Path, Version: part.Version}, nil
}

func orNotThere(reason string) any {
	if reason == "" {
		return words.NotThere
	}
	return reason
}

func findOwn(name string) (string, error) {
	if path, err := besideExecutable(name); err == nil {
		return path, nil
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", words.OwnProgramMissing.With(name)
	}
	return path, nil
}

// askVersion takes the last word of what a program says about its version.
func askVersion(ctx context.Context, path string) (string, error) {
	output, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("asking %s for its version: %w", path, err)
	}
	fields := strings.Fields(string(output))
	if len(fields) == 0 {
		return "", fmt.Errorf("asking %s for its version: no answer", path)
	}
	return fields[len(fields)-1], nil
}

func besideExecutable(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program's folder: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), name)
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", words.OwnProgramMissing.With(name)
	}
	return path, nil
}
