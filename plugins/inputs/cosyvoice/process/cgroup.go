package process

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// cgroupPaths returns the cgroups of a process in all hierarchies.
func cgroupPaths(proc procfs.Proc) []string {
	cgroups, err := proc.Cgroups()
	if err != nil {
		return nil
	}
	paths := make([]string, 0, len(cgroups))
	for _, cgroup := range cgroups {
		paths = append(paths, cgroup.Path)
	}
	return paths
}

func (o *Observer) cgroupsOf(pid int) []string {
	proc, err := o.fs.Proc(pid)
	if err != nil {
		return nil
	}
	return cgroupPaths(proc)
}

// inCgroup tells whether one of the paths is the wanted cgroup or below it.
// Wanted can be a whole path or its last elements, such as a systemd unit.
func inCgroup(paths []string, wanted string) bool {
	wanted = "/" + strings.Trim(wanted, "/") + "/"
	return slices.ContainsFunc(paths, func(p string) bool { return strings.Contains(p+"/", wanted) })
}

// Docker, containerd, CRI-O and Podman name the cgroup of a container by its
// id.
var containerID = regexp.MustCompile(`[0-9a-f]{64}`)

// containerOf returns the id of the container that a process runs in, as far as
// the names of its cgroups tell, or "".
func containerOf(paths []string) string {
	for _, p := range paths {
		if id := containerID.FindString(p); id != "" {
			return id
		}
	}
	return ""
}

// memoryFiles are those of one version of the memory controller.
type memoryFiles struct {
	usage, limit, kills string
	unlimited           uint64 // limits from here on are none
}

var (
	// Documentation/admin-guide/cgroup-v2.rst, "Memory Interface Files". No
	// limit is written as "max", which is no number.
	memoryV2 = memoryFiles{"memory.current", "memory.max", "memory.events", 1 << 63}
	// Documentation/admin-guide/cgroup-v1/memory.rst. No limit is the largest
	// number of whole pages.
	memoryV1 = memoryFiles{"memory.usage_in_bytes", "memory.limit_in_bytes", "memory.oom_control", 1 << 62}
)

// cgroupMemory reads the memory files of the cgroup of a server's main process. Where
// version 1 has the memory controller, as it may beside a mounted version 2,
// version 2 has no such files.
func (o *Observer) cgroupMemory(s *server, service *Service, proc procfs.Proc) {
	s.victims = nil
	cgroups, err := proc.Cgroups()
	if err != nil {
		return
	}
	root, files, name := o.unifiedRoot(), memoryV2, ""
	for _, cgroup := range cgroups {
		if slices.Contains(cgroup.Controllers, "memory") {
			root, files, name = filepath.Join(o.options.CgroupRoot, "memory"), memoryV1, cgroup.Path
			break
		}
		if cgroup.HierarchyID == 0 {
			name = cgroup.Path
		}
	}
	// A path that climbs lies outside this program's cgroup namespace.
	if name == "" || strings.Contains(name, "..") {
		return
	}
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil && o.isOwnCgroup(name) {
		// Without a cgroup namespace a container has its own cgroup mounted as
		// the root, under which its full path does not exist.
		name, dir = "/", root
	}
	service.CgroupMemoryBytes = o.readNumber(filepath.Join(dir, files.usage))
	if service.CgroupMemoryBytes == nil {
		return
	}
	s.victims = []victims{
		o.victimsIn(filepath.Join(dir, files.kills)),
		o.victimsIn(filepath.Join(filepath.Dir(dir), files.kills)),
	}
	service.CgroupOOMKills = s.victims[0].count
	for {
		limit := o.readNumber(filepath.Join(root, name, files.limit))
		lowest := service.CgroupMemoryLimitBytes
		if limit != nil && *limit < files.unlimited && (lowest == nil || *limit < *lowest) {
			service.CgroupMemoryLimitBytes = limit
		}
		if name == "/" || name == "." {
			return
		}
		name = path.Dir(name)
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

func (o *Observer) readNumber(name string) *uint64 {
	content, err := readKernelFile(name, o.buffer[:])
	if err != nil {
		return nil
	}
	return number(strings.TrimSpace(string(content)))
}

// flatKeyed finds a value in lines of "key value", which a unit may follow.
func flatKeyed(content, key string) *uint64 {
	for line := range strings.Lines(content) {
		if rest, ok := strings.CutPrefix(line, key); ok {
			if fields := strings.Fields(rest); len(fields) > 0 && rest[0] == ' ' {
				return number(fields[0])
			}
		}
	}
	return nil
}

func number(text string) *uint64 {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil
	}
	return &value
}
