package process

import (
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/procfs"
)

// cgroupFolder is a cgroup as the file system shows it.
type cgroupFolder struct {
	root     string // where its hierarchy is mounted
	name     string // its path below the root
	version1 bool
}

// cgroupFolderOf finds the one of a process's cgroups that has a controller's files. Where
// version 1 has the controller, as it may beside a mounted version 2, version 2 has no such
// files.
func (o *Observer) cgroupFolderOf(cgroups []procfs.Cgroup, controller string) (cgroupFolder, bool) {
	folder := cgroupFolder{root: o.unifiedRoot()}
	for _, cgroup := range cgroups {
		if slices.Contains(cgroup.Controllers, controller) {
			folder = cgroupFolder{filepath.Join(o.options.CgroupRoot, controller), cgroup.Path, true}
			break
		}
		if cgroup.HierarchyID == 0 {
			folder.name = cgroup.Path
		}
	}
	// A path that climbs lies outside this program's cgroup namespace.
	if folder.name == "" || strings.Contains(folder.name, "..") {
		return cgroupFolder{}, false
	}
	if _, err := os.Stat(folder.dir()); err != nil {
		if !o.isOwnCgroup(folder.name) {
			return cgroupFolder{}, false
		}
		// Without a cgroup namespace a container has its own cgroup mounted as
		// the root, under which its full path does not exist.
		folder.name = "/"
	}
	return folder, true
}

func (f cgroupFolder) dir() string { return filepath.Join(f.root, f.name) }

// upwards are the folders of the cgroup and of those above it up to the root, whose limits
// all hold for it.
func (f cgroupFolder) upwards() iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := f.name; yield(filepath.Join(f.root, name)) && name != "/" && name != "."; {
			name = path.Dir(name)
		}
	}
}

func (o *Observer) isOwnCgroup(name string) bool {
	return slices.Contains(o.cgroupsOf(o.table.self), name)
}

// unifiedRoot is where version 2 is mounted: in a folder of its own beside the
// hierarchies of version 1, else alone.
func (o *Observer) unifiedRoot() string {
	beside := filepath.Join(o.options.CgroupRoot, "unified")
	if _, err := os.Stat(beside); err == nil {
		return beside
	}
	return o.options.CgroupRoot
}
