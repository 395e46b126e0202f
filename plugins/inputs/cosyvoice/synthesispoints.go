package cosyvoice

import (
	"math"
	"strconv"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/flight"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// synthesis adds one finished synthesis, with what its server and the cards did
// meanwhile.
func (t *tick) synthesis(instance, version string, s *synthesis.Synthesis, meanwhile flight.Summary) {
	duration := s.End.Sub(s.Start).Seconds()
	fields := map[string]any{
		"duration_seconds":        duration,
		"rtf":                     s.RTF(),
		"first_chunk_seconds":     s.FirstChunkSeconds,
		"wait_seconds":            s.WaitSeconds,
		"gap_seconds":             s.GapSeconds,
		"chunks":                  int64(s.Chunks),
		"segments":                int64(s.Segments),
		"duration_bin":            bin(&duration),
		"rtf_bin":                 bin(s.RTF()),
		"first_chunk_bin":         bin(s.FirstChunkSeconds),
		"concurrency_mean":        s.ConcurrencyMean,
		"concurrency_max":         float64(s.ConcurrencyMax),
		"gpu_memory_start_bytes":  meanwhile.GPUMemoryStartBytes,
		"gpu_memory_peak_bytes":   meanwhile.GPUMemoryPeakBytes,
		"gpu_memory_end_bytes":    meanwhile.GPUMemoryEndBytes,
		"gpu_memory_change_bytes": difference(meanwhile.GPUMemoryEndBytes, meanwhile.GPUMemoryStartBytes),
		"gpu_utilization_percent": meanwhile.GPUUtilizationPercent,
		"clock_sm_hz":             meanwhile.ClockSMHz,
		"service_cpu_percent":     meanwhile.CPUPercent,
		"host_cpu_percent":        meanwhile.HostCPUPercent,
		"warm_up":                 asFlag(s.WarmUp),
		"request_id":              s.ID,
		"grouping":                grouping(s.Inferred),
		"yields_inferred":         int64(s.InferredPairs),
		"cause":                   told(string(s.Cause)),
		"text":                    told(s.Text),
	}
	if s.Chunks > 0 {
		fields["audio_seconds"], fields["compute_seconds"] = s.AudioSeconds, s.ComputeSeconds
	}
	if s.Streaming {
		fields["first_chunk_audio_seconds"] = s.FirstChunkAudio
		fields["playback_stalled"] = asFlag(s.Stalled)
	}
	if s.Characters != nil {
		fields["characters"] = int64(*s.Characters)
		if s.AudioSeconds > 0 {
			fields["characters_per_audio_second"] = float64(*s.Characters) / s.AudioSeconds
		}
	}
	addMemory(fields, s.Memory)
	fields["exception"] = told(s.Exception)
	if s.Torch != nil {
		fields["torch_allocated_bytes"] = s.Torch.AllocatedBytes
		fields["torch_reserved_bytes"] = s.Torch.ReservedBytes
		fields["torch_peak_bytes"] = s.Torch.PeakBytes
		fields["torch_retries"] = s.Torch.Retries
	}
	t.acc.AddFields("cosyvoice_synthesis", fields, map[string]string{
		"service": serviceName, "instance": instance, "version": version,
		"mode": string(s.Mode), "outcome": string(s.Outcome), "error": string(s.Error),
		"streaming": strconv.FormatBool(s.Streaming),
	}, s.Point)
}

// addMemory adds the numbers of an out of memory message.
func addMemory(fields map[string]any, m logline.MemoryText) {
	if m == (logline.MemoryText{}) {
		return
	}
	for name, bytes := range map[string]float64{
		"oom_tried_bytes": m.Tried, "oom_total_bytes": m.Total, "oom_free_bytes": m.Free,
		"oom_allocated_bytes": m.Allocated, "oom_reserved_bytes": m.Reserved,
		"oom_other_bytes": m.OtherProcesses, "oom_process_bytes": m.ThisProcess,
	} {
		if bytes > 0 {
			fields[name] = bytes
		}
	}
}

// flight adds the seconds of the black box that belong to an event.
func (t *tick) flight(instance, version, eventID string, seconds []flight.Second) {
	for _, s := range seconds {
		t.acc.AddFields("cosyvoice_flight", map[string]any{
			"gpu_memory_bytes":        known(s.GPUMemoryBytes),
			"gpu_utilization_percent": known(s.GPUUtilizationPercent),
			"clock_sm_hz":             known(s.ClockSMHz),
			"cpu_percent":             known(s.CPUPercent),
			"memory_rss_bytes":        known(s.RSSBytes),
			"host_cpu_percent":        known(s.HostCPUPercent),
			"in_flight":               known(s.InFlight),
			"event_id":                eventID,
		}, map[string]string{"service": serviceName, "instance": instance, "version": version}, s.At)
	}
}

// known is nil for what is not a number: it was not read.
func known(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// told is nil for an empty text: there is nothing to say.
func told(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func grouping(inferred bool) string {
	if inferred {
		return "inferred"
	}
	return "exact"
}

// bin is nil for a value that has none.
func bin(value *float64) *int64 {
	if value == nil || *value <= 0 {
		return nil
	}
	i := synthesis.Bin(*value)
	return &i
}

// eventID names an event to the points that belong to it.
func eventID(kind string, at time.Time) string {
	return kind + "-" + strconv.FormatInt(at.UnixNano(), 36)
}
