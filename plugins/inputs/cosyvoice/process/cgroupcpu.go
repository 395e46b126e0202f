package process

import (
	"path/filepath"
	"strings"

	"github.com/prometheus/procfs"
)

// cpuFiles are those of one version of the CPU controller.
type cpuFiles struct {
	limit     []string // together tell the time that may be used in a period, and the period
	throttled string   // names a time in cpu.stat
	second    float64  // in the unit of that time
}

var (
	// Documentation/admin-guide/cgroup-v2.rst, "CPU Interface Files". No limit is written
	// as "max", which is no number. The file is missing where the controller is not
	// enabled, as in a service of which only the slice is limited.
	cpuV2 = cpuFiles{[]string{"cpu.max"}, "throttled_usec", 1e6}
	// Documentation/scheduler/sched-bwc.rst, "Management" and "Statistics". No limit is
	// written as -1.
	cpuV1 = cpuFiles{[]string{"cpu.cfs_quota_us", "cpu.cfs_period_us"}, "throttled_time", 1e9}
)

// cgroupCPU reads the tightest CPU limit on a server's main process, and how long it held
// its cgroup back. The kernel counts that where the limit is, for each CPU on which something
// waits; the counts of the cgroups below stand still (kernel/sched/fair.c, unthrottle_cfs_rq).
func (o *Observer) cgroupCPU(service *Service, cgroups []procfs.Cgroup) {
	folder, found := o.cgroupFolderOf(cgroups, "cpu")
	if !found {
		return
	}
	files := cpuV2
	if folder.version1 {
		files = cpuV1
	}
	var limited string
	for dir := range folder.upwards() {
		limit := o.cpuLimit(dir, files)
		tightest := service.CgroupCPULimitPercent
		if limit != nil && (tightest == nil || *limit < *tightest) {
			service.CgroupCPULimitPercent, limited = limit, dir
		}
	}
	if limited == "" {
		return
	}
	if throttled := flatKeyed(o.text(filepath.Join(limited, "cpu.stat")), files.throttled); throttled != nil {
		service.CgroupCPUThrottledSeconds = new(float64(*throttled) / files.second)
	}
}

func (o *Observer) cpuLimit(dir string, files cpuFiles) *float64 {
	var text string
	for _, file := range files.limit {
		text += o.text(filepath.Join(dir, file))
	}
	return parseCPULimit(text)
}

// parseCPULimit makes a percentage, 100 for one core, of a time and the period in which it
// may be used. It is nil without a limit; the kernel takes neither to be 0.
func parseCPULimit(text string) *float64 {
	words := strings.Fields(text)
	if len(words) != 2 {
		return nil
	}
	quota, period := number(words[0]), number(words[1])
	if quota == nil || period == nil || *quota == 0 || *period == 0 {
		return nil
	}
	return new(100 * float64(*quota) / float64(*period))
}
