package parts

import (
	"cmp"
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
	OnPath   string // why what PATH has cannot be used; empty if it has none
	CacheDir string // where the built part would be
	CacheHas string // why what is there cannot be used; empty if there is none
	Packages string // the official package and where it is
	Expected string // how long a build takes
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is missing. On PATH: %s. In %s: %s. "+
		"Run `make parts` to build it (about %s on 2 cores), or install the package %s.",
		e.Name, cmp.Or(e.OnPath, "none"), e.CacheDir, cmp.Or(e.CacheHas, "none"), e.Expected, e.Packages)
}

// errNone is that there is no such file at all.
var errNone = errors.New("none")

// Find returns a part from PATH if it can be used, else as Build left it in the
// cache. The error is a *MissingError if there is neither.
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
		Packages: r.packages,
		Expected: r.expected,
	}

	part, err := findOnPath(ctx, r)
	if err == nil {
		return part, nil
	}
	missing.OnPath = reason(err)

	part, err = findInCache(ctx, r, cache)
	if err == nil {
		return part, nil
	}
	missing.CacheHas = reason(err)
	if err := ctx.Err(); err != nil {
		return Part{}, fmt.Errorf("find %s: %w", name, err)
	}
	return Part{}, missing
}

// reason words why something found cannot be used.
func reason(err error) string {
	if errors.Is(err, errNone) {
		return ""
	}
	return err.Error()
}

func findOnPath(ctx context.Context, r recipe) (Part, error) {
	path, err := exec.LookPath(r.name)
	if err != nil {
		return Part{}, errNone
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
	if r.check != nil {
		if err := r.check(ctx, path); err != nil {
			return Part{}, err
		}
	}
	return Part{Name: r.name, Path: path, Version: found.String()}, nil
}

func findInCache(ctx context.Context, r recipe, cache string) (Part, error) {
	path := filepath.Join(cache, r.key(), r.name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Part{}, errNone
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
