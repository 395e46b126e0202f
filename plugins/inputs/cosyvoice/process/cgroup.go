package process

import (
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

// readCgroups reads what the cgroups of a server's main process tell.
func (o *Observer) readCgroups(s *server, service *Service, proc procfs.Proc) {
	s.victims = nil
	cgroups, err := proc.Cgroups()
	if err != nil {
		return
	}
	o.cgroupMemory(s, service, cgroups)
	o.cgroupCPU(service, cgroups)
}

func (o *Observer) cgroupMemory(s *server, service *Service, cgroups []procfs.Cgroup) {
	folder, found := o.cgroupFolderOf(cgroups, "memory")
	if !found {
		return
	}
	files, dir := memoryV2, folder.dir()
	if folder.version1 {
		files = memoryV1
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
	for dir := range folder.upwards() {
		limit := o.readNumber(filepath.Join(dir, files.limit))
		lowest := service.CgroupMemoryLimitBytes
		if limit != nil && *limit < files.unlimited && (lowest == nil || *limit < *lowest) {
			service.CgroupMemoryLimitBytes = limit
		}
	}
}

func (o *Observer) readNumber(name string) *uint64 {
	return number(strings.TrimSpace(o.text(name)))
}

// text is empty if the file cannot be read.
func (o *Observer) text(name string) string {
	content, err := readKernelFile(name, o.buffer[:])
	if err != nil {
		return ""
	}
	return string(content)
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
