package parts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// checkDisk compares the free space with what a build from empty caches needs: in
// the work folder, and where Go keeps modules and compiled packages.
func checkDisk(ctx context.Context, run runner, r recipe, work string) error {
	output, err := run.command(ctx, "go", "env", "-json", "GOCACHE", "GOMODCACHE")
	if err != nil {
		return err
	}
	var goEnv struct{ GOCACHE, GOMODCACHE string }
	if err := json.Unmarshal(output, &goEnv); err != nil {
		return fmt.Errorf("understand what go env printed: %w", err)
	}
	const gigabyte = 1e9
	for _, dir := range []string{work, goEnv.GOCACHE, goEnv.GOMODCACHE} {
		free, err := freeBytes(dir)
		if err != nil {
			return fmt.Errorf("measure the free space of %s: %w", dir, err)
		}
		if free < r.diskGB*gigabyte {
			return fmt.Errorf("cannot build %s: %s has %.1f GB free, a build needs about %d GB. "+
				"Free some space, or set XDG_CACHE_HOME to a larger disk",
				r.title(), dir, float64(free)/gigabyte, r.diskGB)
		}
	}
	return nil
}

// freeBytes returns the space that this user can fill on the disk of a folder,
// which need not exist yet.
func freeBytes(dir string) (uint64, error) {
	for {
		var stat unix.Statfs_t
		err := unix.Statfs(dir, &stat)
		if err == nil {
			return stat.Bavail * uint64(stat.Bsize), nil
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, os.ErrNotExist) || parent == dir {
			return 0, err
		}
		dir = parent
	}
}
