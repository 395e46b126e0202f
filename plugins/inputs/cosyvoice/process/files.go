package process

import (
	"os"
	"path"
	"path/filepath"
	"time"
)

// files is a file system of which only the root is known.
type files struct{ root string }

const maxParents = 8

// containerMade is the time at which Docker made the container that has this
// file system; its mark there is as old.
func (f files) containerMade() (time.Time, bool) {
	mark, err := os.Stat(filepath.Join(f.root, ".dockerenv"))
	if err != nil {
		return time.Time{}, false
	}
	return mark.ModTime(), true
}

func (f files) exists(name string) bool {
	_, err := os.Stat(filepath.Join(f.root, name))
	return err == nil
}

func (f files) read(name string) (string, error) {
	content, err := os.ReadFile(filepath.Join(f.root, name))
	return string(content), err
}

// findUp returns the nearest folder, from dir upwards, that holds the named
// file, or "".
func (f files) findUp(dir, name string) string {
	if !path.IsAbs(dir) {
		return ""
	}
	for range maxParents {
		if f.exists(path.Join(dir, name)) {
			return dir
		}
		if dir == "/" {
			break
		}
		dir = path.Dir(dir)
	}
	return ""
}
