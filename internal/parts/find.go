package parts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Part is a program that was found or built.
type Part struct {
	Name    string
	Path    string
	Version string // such as "2.9.1"
}

// MissingError says that a part is neither on PATH nor built.
type MissingError struct {
	Name     string
	OnPath   string // what PATH has, in words
	CacheDir string // where the built part would be
	CacheHas string // what is there, in words
	Advice   string // what to do
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is missing. On PATH: %s. In %s: %s. %s",
		e.Name, e.OnPath, e.CacheDir, e.CacheHas, e.Advice)
}

// Find returns a part from PATH if it has a supported version there, else as Build
// left it in the cache. The error is a *MissingError if there is neither.
func Find(ctx context.Context, name string) (Part, error) {
	r, err := recipeFor(name)
	if err != nil {
		return Part{}, err
	}
	cache, err := cacheDir()
	if err != nil {
		return Part{}, err
	}
	missing := &MissingError{
		Name:     r.title(),
		CacheDir: filepath.Join(cache, r.key()),
		Advice: fmt.Sprintf("Run `make parts` to build it (about %s on 2 cores), or install the package %s.",
			r.expected, r.packages),
	}

	part, err := findOnPath(ctx, r)
	if err == nil {
		return part, nil
	}
	missing.OnPath = err.Error()

	part, err = findInCache(ctx, r, cache)
	if err == nil {
		return part, nil
	}
	missing.CacheHas = err.Error()
	if err := ctx.Err(); err != nil {
		return Part{}, fmt.Errorf("find %s: %w", name, err)
	}
	return Part{}, missing
}

func findOnPath(ctx context.Context, r recipe) (Part, error) {
	path, err := exec.LookPath(r.name)
	if err != nil {
		return Part{}, errors.New("none")
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return Part{}, err
	}
	found, err := programVersion(ctx, path, r.versionCommand)
	if err != nil {
		return Part{}, err
	}
	if !r.supports(found) {
		return Part{}, fmt.Errorf("%s is version %s, supported are %d.x from %s", path, found, r.version[0], r.oldest)
	}
	return Part{Name: r.name, Path: path, Version: found.String()}, nil
}

func findInCache(ctx context.Context, r recipe, cache string) (Part, error) {
	path := filepath.Join(cache, r.key(), r.name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Part{}, errors.New("none")
	}
	return verify(ctx, r, path)
}

// verify checks that a program built by a recipe runs and says that it is what the
// recipe makes.
func verify(ctx context.Context, r recipe, path string) (Part, error) {
	found, err := programVersion(ctx, path, r.versionCommand)
	if err != nil {
		return Part{}, err
	}
	if found != r.version {
		return Part{}, fmt.Errorf("%s says it is version %s, not %s", path, found, r.version)
	}
	return Part{Name: r.name, Path: path, Version: found.String()}, nil
}

// cacheDir is where built parts are kept: $XDG_CACHE_HOME or ~/.cache.
func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("cannot tell where built parts are kept, set HOME or XDG_CACHE_HOME: %w", err)
	}
	return filepath.Join(base, "cosyvoice-telegraf", "parts"), nil
}

// programVersion asks a program for its version.
func programVersion(ctx context.Context, path, argument string) (version, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, argument)
	cmd.WaitDelay = time.Second
	output, err := cmd.CombinedOutput()
	if err != nil {
		return version{}, fmt.Errorf("`%s %s` failed: %w%s", path, argument, err, firstLine(output))
	}
	found, ok := parseVersion(string(output))
	if !ok {
		return version{}, fmt.Errorf("`%s %s` printed no version%s", path, argument, firstLine(output))
	}
	return found, nil
}

// firstLine quotes the first line of a program's output, for the end of an error.
func firstLine(output []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	if line == "" {
		return ""
	}
	return fmt.Sprintf(" (%.200q)", line)
}
