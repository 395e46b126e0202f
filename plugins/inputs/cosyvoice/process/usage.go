package process

import "github.com/prometheus/procfs"

// Usage is what a process has taken from this host.
type Usage struct {
	CPUSeconds float64 // since its start
	RSSBytes   uint64
}

// UsageOf reads the usage of a process of this program's own process id namespace.
func UsageOf(pid int) (Usage, error) {
	stats := statReader{root: procfs.DefaultMountPoint}
	s, err := stats.read(pid)
	return Usage{float64(s.cpuTicks) / clockTicks, s.rssBytes}, err
}
