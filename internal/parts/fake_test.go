package parts

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakes is a folder that is the whole PATH, and an empty cache.
type fakes struct {
	t   *testing.T
	bin string
	dir string
}

func newFakes(t *testing.T) fakes {
	t.Helper()
	f := fakes{t: t, bin: t.TempDir(), dir: t.TempDir()}
	t.Setenv("PATH", f.bin)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(f.dir, "cache"))
	return f
}

// program puts a shell script on PATH.
func (f fakes) program(name, script string) {
	f.t.Helper()
	writeScript(f.t, filepath.Join(f.bin, name), script)
}

// prints is a program that prints one line, whatever it is asked.
func (f fakes) prints(name, line string) {
	f.t.Helper()
	f.program(name, fmt.Sprintf("echo '%s'", line))
}

// goTool is a go command that does what a build asks for: its `go build` runs the
// given script, with the output path in $out.
func (f fakes) goTool(build string) {
	f.t.Helper()
	module := filepath.Join(f.dir, "module")
	require.NoError(f.t, os.MkdirAll(module, 0o755))
	require.NoError(f.t, os.WriteFile(filepath.Join(module, "source.go"), []byte("package main\n"), 0o444))
	f.program("go", fmt.Sprintf(`
echo "$@" >> %[1]s/calls
case "$1" in
version) echo 'go version go1.26.8 linux/amd64' ;;
env) echo '{"GOCACHE": "%[1]s/a/b", "GOMODCACHE": "%[1]s/c"}' ;;
mod) echo '{"Dir": "%[1]s/module"}' ;;
install) ;;
build)
	while [ "$1" != -o ]; do shift; done
	out=$2
	%[2]s
	;;
esac`, f.dir, build))
}

// makesProgram is a script for goTool that makes a program of a version.
func makesProgram(version string) string {
	return fmt.Sprintf(`printf '#!/bin/sh\necho "%s"\n' > "$out"; chmod +x "$out"`, version)
}

// calls returns what go was asked for.
func (f fakes) calls() string {
	f.t.Helper()
	data, err := os.ReadFile(filepath.Join(f.dir, "calls"))
	require.NoError(f.t, err)
	return string(data)
}

// cached returns where the built part belongs.
func (f fakes) cached(name string) string {
	f.t.Helper()
	r, err := recipeFor(name)
	require.NoError(f.t, err)
	cache, err := cacheDir()
	require.NoError(f.t, err)
	return filepath.Join(cache, r.key(), name)
}

func writeScript(t *testing.T, path, script string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	// The script's own tools come from the real folders, not from the test's PATH.
	content := "#!/bin/sh\nPATH=/usr/bin:/bin\n" + script + "\n"
	require.NoError(t, os.WriteFile(path, []byte(content), 0o755))
}
