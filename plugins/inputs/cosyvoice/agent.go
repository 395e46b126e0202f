package cosyvoice

import (
	"os"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

// agent adds what the plugin knows of itself, whatever else failed.
func (c *Cosyvoice) agent(t *tick, gpus gpu.Snapshot, gpuSeconds float64, report *process.Report, logTotals map[string]any) {
	own := cost(os.Getpid())
	own["uptime_seconds"] = time.Since(c.began).Seconds()
	own["success"] = int64(1)
	own["seconds"] = time.Since(t.now).Seconds()
	if c.RunnerStats != nil {
		s := c.RunnerStats()
		own["points_written_total"] = s.PointsWritten
		own["points_dropped_total"] = s.PointsDropped
		own["points_invalid_total"] = s.PointsInvalid
		own["fields_invalid_total"] = s.FieldsInvalid
		own["ticks_skipped_total"] = s.TicksSkipped
	}
	t.add("cosyvoice_agent", map[string]string{"collector": "plugin"}, own)

	child := cost(gpus.ChildPID)
	child["seconds"] = gpuSeconds
	child["success"] = asFlag(gpus.Answered)
	child["nvml_state"] = string(gpus.State)
	child["nvml_stuck_seconds"] = gpus.StuckSeconds
	child["nvml_restarts_total"] = gpus.Restarts
	if gpus.Reason != "" {
		child["nvml_reason"] = gpus.Reason
	}
	if gpus.DriverVersion != "" {
		child["driver_version"] = gpus.DriverVersion
	}
	t.add("cosyvoice_agent", map[string]string{"collector": "gpu"}, child)

	fields := map[string]any{"success": asFlag(report != nil)}
	if report != nil {
		fields["seconds"] = report.Scan.Seconds
		fields["processes"] = float64(report.Scan.Processes)
		fields["processes_examined"] = float64(report.Scan.Examined)
	}
	t.add("cosyvoice_agent", map[string]string{"collector": "process"}, fields)
	t.add("cosyvoice_agent", map[string]string{"collector": "log"}, logTotals)
}

// cost is what a process has used so far; empty if there is no such process.
func cost(pid int) map[string]any {
	fields := map[string]any{}
	if usage, err := process.UsageOf(pid); err == nil {
		fields["cpu_seconds_total"] = usage.CPUSeconds
		fields["memory_rss_bytes"] = float64(usage.RSSBytes)
	}
	return fields
}
