package process

import (
	"os"
	"path"
	"path/filepath"
)

// files is a file system of which only the root is known.
type files struct{ root string }

const maxParents = 8

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
