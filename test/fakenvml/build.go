package fakenvml

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// LibraryName is the file name and the soname of NVML on Linux.
const LibraryName = "libnvidia-ml.so.1"

// Build compiles the library into dir, which must exist, with the C compiler
// gcc, and answers its path. The functions named in missing are absent from its
// symbol table, as in the library of a driver that is too old for them; a name
// that the library does not have at all is an error.
func Build(ctx context.Context, dir string, missing ...string) (string, error) {
	return BuildVersion(ctx, dir, "", missing...)
}

// BuildVersion is Build for the library of one driver version: it initialises only
// while the state has the same driver_version, as the real one does only with the
// kernel module that it came with.
func BuildVersion(ctx context.Context, dir, version string, missing ...string) (string, error) {
	for _, name := range missing {
		if !hasFunction(name) {
			return "", fmt.Errorf("build the fake NVML library: it has no function %q to leave out", name)
		}
	}
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		return "", fmt.Errorf("build the fake NVML library: %w; install a C compiler, for example "+
			"`sudo apt install gcc` or `sudo dnf install gcc`", err)
	}
	work, err := os.MkdirTemp("", "fakenvml-")
	if err != nil {
		return "", fmt.Errorf("build the fake NVML library: %w", err)
	}
	library, err := compile(ctx, gcc, work, dir, version, missing)
	if err = errors.Join(err, os.RemoveAll(work)); err != nil {
		return "", fmt.Errorf("build the fake NVML library: %w", err)
	}
	return library, nil
}

func compile(ctx context.Context, gcc, work, dir, version string, missing []string) (string, error) {
	if err := os.CopyFS(work, sources); err != nil {
		return "", err
	}
	script := filepath.Join(work, "exports.map")
	if err := os.WriteFile(script, []byte(exports(missing)), 0o600); err != nil {
		return "", err
	}
	names := `"` + strings.Join(functions(), "\",\n\"") + "\"\n"
	if err := os.WriteFile(filepath.Join(work, "nvml", "functions.h"), []byte(names), 0o600); err != nil {
		return "", err
	}
	units, err := filepath.Glob(filepath.Join(work, "nvml", "*.c"))
	if err != nil {
		return "", err
	}
	built := filepath.Join(dir, "."+LibraryName+filepath.Base(work))
	args := append([]string{
		"-std=c11", "-D_GNU_SOURCE", "-O2", "-fPIC", "-shared", "-pthread",
		"-Wl,-soname," + LibraryName, "-Wl,--version-script," + script, "-o", built,
	}, units...)
	if version != "" {
		args = append(args, fmt.Sprintf("-DLIBRARY_VERSION=%q", version))
	}
	if output, err := exec.CommandContext(ctx, gcc, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("gcc: %w\n%s", err, output)
	}
	// A process may have an older build mapped: replacing the file leaves it intact.
	library := filepath.Join(dir, LibraryName)
	return library, os.Rename(built, library)
}

// exports is a linker version script that shows NVML's functions and nothing else.
func exports(missing []string) string {
	var hidden strings.Builder
	for _, name := range missing {
		hidden.WriteString(name + "; ")
	}
	return "{ global: nvml*; local: " + hidden.String() + "*; };\n"
}
