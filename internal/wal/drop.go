package wal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// AsideLimit is how many bytes of what was cut out in earlier repairs are kept: five
// whole segments of Telegraf's.
const AsideLimit = 100 << 20

// Dropped is what was removed of that.
type Dropped struct {
	Files int
	Bytes int64
}

// dropOld removes the oldest files of the folder until the rest is within the limit.
func dropOld(dir string, limit int64) (Dropped, error) {
	var dropped Dropped
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return dropped, fmt.Errorf("cannot list what was set aside: %w", err)
	}
	// They are named after the time and listed by name.
	for i := len(files) - 1; i >= 0; i-- {
		info, err := files[i].Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if limit -= info.Size(); limit >= 0 {
			continue
		}
		if err := os.Remove(filepath.Join(dir, files[i].Name())); err != nil {
			return dropped, fmt.Errorf("cannot remove what was set aside long ago: %w", err)
		}
		dropped.Files++
		dropped.Bytes += info.Size()
	}
	return dropped, nil
}
