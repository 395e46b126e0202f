package process

import (
	"os"
	"path/filepath"
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

// cgroupMemory reads the memory files of a process's cgroup v2
// (Documentation/admin-guide/cgroup-v2.rst, "Memory Interface Files").
func (o *Observer) cgroupMemory(service *Service, proc procfs.Proc) {
	cgroups, err := proc.Cgroups()
	if err != nil {
		return
	}
	for _, cgroup := range cgroups {
		// Hierarchy 0 is that of version 2. A path that climbs lies outside
		// this program's cgroup namespace.
		if cgroup.HierarchyID != 0 || strings.Contains(cgroup.Path, "..") {
			continue
		}
		dir := filepath.Join(o.options.CgroupRoot, cgroup.Path)
		service.CgroupMemoryBytes = readNumber(filepath.Join(dir, "memory.current"))
		// "max" means no limit, and is no number.
		service.CgroupMemoryLimitBytes = readNumber(filepath.Join(dir, "memory.max"))
		if events, err := os.ReadFile(filepath.Join(dir, "memory.events")); err == nil {
			service.CgroupOOMKills = flatKeyed(string(events), "oom_kill")
		}
	}
}

func readNumber(name string) *uint64 {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return number(strings.TrimSpace(string(content)))
}

// flatKeyed finds a value in lines of "key value".
func flatKeyed(content, key string) *uint64 {
	for line := range strings.Lines(content) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == key {
			return number(value)
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
