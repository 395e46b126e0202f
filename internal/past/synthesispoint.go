package past

import (
	"strconv"
	"time"

	records "github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
)

// synthesisPoint is the synthesis as the plugin tells it, by the rule for times that are read from a log: the
// digits below the millisecond are the line's.
func (s *simulation) synthesisPoint(y *synthesis) *point {
	duration := y.end.Sub(y.start).Seconds()
	c := s.story.at(y.start)
	used := s.used(c)
	p := &point{
		measurement: "cosyvoice_synthesis",
		at:          y.end.Truncate(time.Millisecond).Add(time.Duration(s.random.Int64N(int64(time.Millisecond)))),
		tags: tagged("host", s.plan.Box.Host, "service", service, "instance", s.plan.Box.Instance, "version", s.life.version,
			"mode", y.mode, "outcome", y.outcome, "error", y.failure, "streaming", strconv.FormatBool(y.streaming)),
	}
	f := &p.fields
	f.float("duration_seconds", duration)
	f.integer("duration_bin", records.Bin(duration))
	if y.audio > 0 {
		f.float("audio_seconds", y.audio)
		f.float("compute_seconds", y.audio*y.rtf)
		f.float("rtf", y.rtf)
		f.integer("rtf_bin", records.Bin(y.rtf))
		f.float("first_chunk_seconds", y.first)
		f.integer("first_chunk_bin", records.Bin(y.first))
		f.float("characters_per_audio_second", float64(y.characters)/y.audio)
	}
	f.float("wait_seconds", 0.008+0.02*s.random.Float64()*y.atOnce)
	if y.streaming {
		f.float("first_chunk_audio_seconds", y.firstAudio)
		f.flag("playback_stalled", y.rtf > 1)
	}
	if y.gap > 0 && y.audio > 0 {
		f.float("gap_seconds", y.gap)
	}
	f.integer("chunks", int64(y.chunks))
	f.integer("segments", int64(y.segments))
	f.integer("characters", int64(y.characters))
	f.float("concurrency_mean", y.atOnce*(1-0.1*s.random.Float64())+0.05)
	f.float("concurrency_max", y.atOnce)
	f.float("gpu_memory_start_bytes", used)
	f.float("gpu_memory_peak_bytes", min(used+y.need*y.atOnce, s.plan.Box.usable()))
	f.float("gpu_memory_end_bytes", used)
	f.float("gpu_memory_change_bytes", 0)
	f.float("gpu_utilization_percent", s.utilization(int(y.atOnce), c))
	f.float("clock_sm_hz", s.clock(c))
	f.float("service_cpu_percent", s.around(busyCPU, 0.08)/max(1, c.slow))
	f.float("host_cpu_percent", s.hostCPU(c, 1))
	f.flag("warm_up", y.warm)
	f.text("request_id", y.id)
	grouping, inferred := "exact", int64(0)
	if y.atOnce > 1 && y.chunks > 1 {
		grouping, inferred = "inferred", int64(y.chunks-1)
	}
	f.text("grouping", grouping)
	f.integer("yields_inferred", inferred)
	if y.failure == "no_tokens" {
		f.text("cause", "bad_token")
	}
	if y.failure == "out_of_memory" {
		s.shortage.fields(f)
	}
	return p
}
