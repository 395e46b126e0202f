package outputs

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Folder is where a server leaves its audio files.
type Folder struct {
	path     string
	id       FolderID
	modified time.Time // when a file last came or went
}

// FolderID tells whether two servers have the same folder.
type FolderID struct{ device, inode uint64 }

// ID is that of the folder.
func (f Folder) ID() FolderID { return f.id }

func (f Folder) String() string { return f.path }

// Find finds "outputs" in the working directory of a process, in the file system that the
// process sees. It returns false if there is none, or if it is not readable.
func Find(procRoot string, pid int) (Folder, bool) {
	process := filepath.Join(procRoot, strconv.Itoa(pid))
	path := filepath.Join(process, "cwd", "outputs")
	// The kernel would follow an absolute link from this program's root.
	if target, err := os.Readlink(path); err == nil && filepath.IsAbs(target) {
		path = filepath.Join(process, "root", target)
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return Folder{}, false
	}
	stat := info.Sys().(*syscall.Stat_t)
	return Folder{path, FolderID{uint64(stat.Dev), stat.Ino}, info.ModTime()}, true
}
