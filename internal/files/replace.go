// Package files writes files so that nobody sees half of one, and reads those that hold secrets.
package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Replace replaces a file of mode 0600 at once: a reader, or a crash, sees the old content or
// the new.
func Replace(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(content)
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
