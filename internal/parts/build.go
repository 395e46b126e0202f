package parts

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Build makes a part from its Go module and leaves it in the cache, where Find
// looks. It writes what it does to progress. Of several builds of one part at a
// time, in whatever processes, one works and the others wait and take its result.
//
// When a command fails the error is a *CommandError. When ctx ends, all that was
// started is stopped and only the log is left.
func Build(ctx context.Context, name string, progress io.Writer) (Part, error) {
	r, err := recipeFor(name)
	if err != nil {
		return Part{}, err
	}
	cache, err := cacheDir()
	if err != nil {
		return Part{}, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return Part{}, fmt.Errorf("make the folder for built parts: %w", err)
	}
	report := newReporter(progress, r.title())
	defer report.close()

	unlock, err := lock(ctx, filepath.Join(cache, r.key()+".lock"), func() {
		report.step("another build of it is running, waiting for that one")
	})
	if err != nil {
		return Part{}, fmt.Errorf("build %s: %w", name, err)
	}
	defer unlock()
	if part, err := findInCache(ctx, r, cache); err == nil {
		return part, nil
	}
	return build(ctx, r, cache, report)
}

// build runs the recipe. The caller holds the lock.
func build(ctx context.Context, r recipe, cache string, report *reporter) (Part, error) {
	if err := checkTools(ctx, r); err != nil {
		return Part{}, err
	}
	// The work folder has a fixed name, so what a killed build left is removed by
	// the next; it stands in the cache, so that the result can be renamed in place.
	work := filepath.Join(cache, r.key()+".work")
	if err := os.RemoveAll(work); err != nil {
		return Part{}, fmt.Errorf("remove what an interrupted build left: %w", err)
	}
	defer os.RemoveAll(work)
	temp := filepath.Join(work, "tmp")
	if err := os.MkdirAll(temp, 0o755); err != nil {
		return Part{}, fmt.Errorf("make the build's folder: %w", err)
	}

	log, err := os.Create(filepath.Join(cache, r.key()+".log"))
	if err != nil {
		return Part{}, fmt.Errorf("make the build's log: %w", err)
	}
	defer log.Close()
	run := runner{
		part: r.title(),
		log:  log,
		dir:  work,
		env: append(os.Environ(),
			// A user's GOFLAGS or go.work must not change the result.
			"GOFLAGS=-buildvcs=false", "GOWORK=off",
			"GOBIN="+temp, "GOTMPDIR="+temp, "TMPDIR="+temp,
		),
	}
	if err := checkDisk(ctx, run, r, work); err != nil {
		return Part{}, err
	}
	rust, err := run.rustEnv(ctx, r)
	if err != nil {
		return Part{}, err
	}
	run.env = append(run.env, rust...)

	report.step("downloading the source of " + r.module)
	module, err := download(ctx, run, r)
	if err != nil {
		return Part{}, err
	}
	run.dir = filepath.Join(work, "source")
	// The module cache is read-only, and builds write into their folder.
	if err := os.CopyFS(run.dir, os.DirFS(module)); err != nil {
		return Part{}, fmt.Errorf("copy the source of %s: %w", r.title(), err)
	}

	if r.pkgConfig != "" {
		report.step("building the helper " + r.pkgConfig)
		if _, err := run.command(ctx, "go", "install", r.pkgConfig); err != nil {
			return Part{}, err
		}
		run.env = append(run.env, "PKG_CONFIG="+filepath.Join(temp, "pkg-config"))
	}

	report.longStep("compiling", r.expected)
	program := filepath.Join(work, r.name)
	if _, err := run.command(ctx, "go", "build", "-trimpath", "-tags", r.tags, "-ldflags", r.ldflags,
		"-o", program, r.mainPath); err != nil {
		return Part{}, err
	}

	report.step("checking that it runs")
	if _, err := verify(ctx, r, program); err != nil {
		return Part{}, fmt.Errorf("the built %s does not work: %w", r.title(), err)
	}
	part, err := install(r, program, filepath.Join(cache, r.key()))
	if err != nil {
		return Part{}, err
	}
	report.step("built " + part.Path)
	return part, nil
}

// download fetches a module into Go's module cache and returns its folder there.
func download(ctx context.Context, run runner, r recipe) (string, error) {
	output, err := run.command(ctx, "go", "mod", "download", "-json", r.module+"@v"+r.version.String())
	if err != nil {
		return "", err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(output, &module); err != nil {
		return "", fmt.Errorf("understand what go mod download printed: %w", err)
	}
	return module.Dir, nil
}

func install(r recipe, program, dir string) (Part, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Part{}, fmt.Errorf("make the folder of %s: %w", r.title(), err)
	}
	path := filepath.Join(dir, r.name)
	if err := os.Rename(program, path); err != nil {
		return Part{}, fmt.Errorf("install %s: %w", r.title(), err)
	}
	return Part{Name: r.name, Path: path, Version: r.version.String()}, nil
}
