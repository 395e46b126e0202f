package scenario

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// interval is that of Telegraf.
const interval = 10 * time.Second

// History is line protocol of a box by the buckets that it belongs to.
type History struct {
	Events, Minutes, Hours []string
}

// Write makes the history of a box: hours and minutes from so long before the onset, both to so long
// after it, and the syntheses of the minutes. The windows are those of some measurements only.
func (b Box) Write(onset time.Time, hours, minutes, after time.Duration, measurements ...string) (h History) {
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(b.Name))
	r := rand.New(rand.NewPCG(seed.Sum64(), 1))
	begin := onset.Add(-minutes)
	for at := onset.Add(-hours).Truncate(time.Hour); at.Add(time.Hour).Before(onset.Add(after)); at = at.Add(time.Hour) {
		h.Hours = append(h.Hours, b.window(r, onset, at, time.Hour, 5*time.Minute, nil).lines(at, measurements)...)
	}
	for at := begin.Truncate(time.Minute); at.Before(onset.Add(after)); at = at.Add(time.Minute) {
		h.Minutes = append(h.Minutes, b.window(r, onset, at, time.Minute, interval, &h.Events).lines(at, measurements)...)
	}
	for i, e := range b.Events {
		h.Events = append(h.Events, b.event(e, onset, i))
	}
	return h
}

// window is one window of a tier, of ticks so far apart.
func (b Box) window(r *rand.Rand, onset, start time.Time, every, step time.Duration, syntheses *[]string) windows {
	w := windows{}
	for at := start; at.Before(start.Add(every)); at = at.Add(step) {
		t := b.At(at.Sub(onset))
		b.tick(func(format string, args ...any) readings { return w.series(format, args...) }, r, t, step)
		n := t.ending(r, step)
		written := n
		if syntheses == nil {
			written = min(n, 3) // stand for all, where they are only counted
		}
		for range written {
			b.synthesis(w, r, t, at.Add(time.Duration(r.Int64N(int64(step)))), n/written, syntheses)
		}
	}
	return w
}

// ending is how many syntheses end between two ticks.
func (t *Tick) ending(r *rand.Rand, step time.Duration) int {
	if !t.Up || t.Starting || t.Outcome == "" || t.GPUState != "ok" {
		return 0
	}
	return poisson(r, t.Concurrency/(t.Audio*t.Rambling*t.RTF)*step.Seconds())
}

// readings are where those of a series go: into the statistics of a window, or a point of their own.
type readings interface {
	gauge(name string, value float64)
	flag(name string, set bool)
	counter(name string, grew float64)
	state(name, value string, held time.Duration)
}

func (b Box) tick(of func(format string, args ...any) readings, r *rand.Rand, t Tick, step time.Duration) {
	inFlight := 0.0
	if t.Up && !t.Starting {
		inFlight = float64(poisson(r, t.Concurrency))
	}
	busy := 1.0
	if inFlight == 0 && t.Stuck == 0 && t.Concurrency > 0 {
		busy = 0.1
	}
	service := t.Memory + inFlight*around(r, t.PerSynthesis, 0.2)
	if !t.Up {
		service = 0
	}
	service = min(service, t.Total-t.Other-t.Unowned)
	used := service + t.Other + t.Unowned
	percent := func(value float64) float64 { return min(100, around(r, value, 0.05)) }

	host := of("system_metrics,host=%s,service=cosyvoice3", b.Name)
	host.gauge("cpu_usage_percent", percent(t.HostCPU))
	host.gauge("memory_used_mb", t.HostMemory/mib)
	host.gauge("memory_total_mb", t.HostTotal/mib)
	if t.GPUState == "ok" {
		host.gauge("gpu_utilization_percent", percent(t.GPU-t.ServiceSM*(1-busy)))
		host.gauge("gpu_temperature_c", t.Temperature)
		host.gauge("gpu_memory_used_mb", used/mib)
		host.gauge("gpu_memory_total_mb", t.Total/mib)
	}

	gpu := of("cosyvoice_gpu,host=%s,service=cosyvoice3,uuid=GPU-%[1]s,name=RTX", b.Name)
	gpu.state("state", t.GPUState, step)
	if t.GPUState == "ok" {
		gpu.gauge("utilization_percent", percent(t.GPU-t.ServiceSM*(1-busy)))
		gpu.gauge("memory_used_bytes", used)
		gpu.gauge("memory_service_bytes", service)
		gpu.gauge("memory_other_bytes", t.Other)
		gpu.gauge("memory_unowned_bytes", t.Unowned)
		gpu.gauge("memory_total_bytes", t.Total)
		gpu.gauge("temperature_c", around(r, t.Temperature, 0.02))
		gpu.gauge("power_w", around(r, t.Power*busy, 0.03))
		gpu.gauge("power_limit_w", t.PowerLimit)
		gpu.gauge("clock_sm_hz", around(r, t.Clock, 0.01))
		gpu.flag("throttle_thermal", t.Thermal && r.Float64() < 0.8)
		gpu.flag("throttle_power", t.PowerCap && r.Float64() < 0.9)
	}

	server := of("cosyvoice_service,host=%s,service=cosyvoice3,instance=50000", b.Name)
	server.flag("up", t.Up)
	state := "ready"
	switch {
	case !t.Up:
		state = "dead"
	case t.Starting:
		state = "starting"
	case inFlight > 0:
		state = "busy"
	}
	server.state("state", state, step)
	if t.Up {
		server.gauge("uptime_seconds", t.Uptime.Seconds())
		server.gauge("cpu_percent", around(r, t.ServiceCPU*busy, 0.05))
		server.gauge("memory_rss_bytes", around(r, t.RSS, 0.002))
		server.gauge("gpu_memory_bytes", service)
		server.gauge("gpu_sm_percent", percent(t.ServiceSM*busy))
		server.gauge("in_flight", inFlight+t.Stuck)
		server.gauge("in_flight_stuck", t.Stuck)
		if inFlight+t.Stuck > 0 {
			server.gauge("oldest_in_flight_seconds", max(t.Age.Seconds(), t.Audio*t.RTF*r.Float64()))
		}
		if t.CPULimit > 0 {
			server.gauge("cgroup_cpu_limit_percent", t.CPULimit)
			server.counter("cgroup_cpu_throttled_seconds_total", step.Seconds()*min(1, max(0, 20*(t.ServiceCPU/t.CPULimit-0.9))))
		}
		server.counter("cgroup_oom_kills_total", t.OOMKills)
		process := of("cosyvoice_process,host=%s,service=cosyvoice3,instance=50000,role=main", b.Name)
		process.gauge("hottest_thread_percent", percent(t.Thread*busy))
	}

	plugin := of("cosyvoice_agent,host=%s,service=cosyvoice3,collector=plugin", b.Name)
	plugin.flag("success", true)
	nvml := of("cosyvoice_agent,host=%s,service=cosyvoice3,collector=gpu", b.Name)
	nvml.flag("success", t.NVML == "ok")
	nvml.state("nvml_state", t.NVML, step)
	log := of("cosyvoice_agent,host=%s,service=cosyvoice3,collector=log", b.Name)
	log.gauge("log_files", t.LogFiles)
	log.gauge("log_lag_bytes", t.LogLag)
	log.counter("log_lines_total", t.LogLines*step.Seconds()/10)
	log.counter("log_lines_understood_total", t.LogUnderstood*step.Seconds()/10)
}

// synthesis counts one in the window, as so many, and writes it where there are lines.
func (b Box) synthesis(w windows, r *rand.Rand, t Tick, at time.Time, weight int, lines *[]string) {
	audio := around(r, t.Audio, 0.4)
	rtf := around(r, t.RTF, 0.12)
	characters := math.Round(audio * 4.5)
	audio *= t.Rambling
	first := around(r, t.FirstChunk, 0.1)
	concurrency := max(1, around(r, t.Concurrency, 0.2))
	tags := fmt.Sprintf("host=%s,service=cosyvoice3,instance=50000,mode=zero_shot,outcome=%s", b.Name, t.Outcome)
	if t.Error != "" {
		tags += ",error=" + t.Error
	}
	warm := 0
	if t.WarmUp {
		warm = 1
	}
	peak := t.Memory + t.Other + t.Unowned + concurrency*around(r, t.PerSynthesis, 0.2)
	fields := map[string]float64{
		"rtf": rtf, "audio_seconds": audio, "duration_seconds": audio * rtf, "compute_seconds": audio * rtf,
		"first_chunk_seconds": first, "first_chunk_audio_seconds": 1, "concurrency_mean": concurrency,
		"characters_per_audio_second": characters / audio,
		"gpu_utilization_percent":     min(100, around(r, t.GPU, 0.05)), "clock_sm_hz": around(r, t.Clock, 0.01),
		"service_cpu_percent": t.ServiceCPU, "host_cpu_percent": t.HostCPU,
		"gpu_memory_start_bytes": t.Memory + t.Other + t.Unowned, "gpu_memory_peak_bytes": min(peak, t.Total),
		"gpu_memory_end_bytes": t.Memory + t.Other + t.Unowned,
	}
	s := w.series("cosyvoice_synthesis,%s", tags)
	s["points_count"] += float64(weight - 1)
	for name, value := range fields {
		s.gauges(name, value, weight)
	}
	bins := map[string]int{"rtf_bin": bin(rtf), "duration_bin": bin(audio * rtf), "first_chunk_bin": bin(first)}
	if t.Outcome == "ok" {
		for name, i := range bins {
			s[fmt.Sprintf("%s_%d_count", name, i)] += float64(weight)
		}
	}
	if lines == nil {
		return
	}
	var line strings.Builder
	fmt.Fprintf(&line, "cosyvoice_synthesis,%s warm_up=%di,characters=%di,request_id=\"%s:%d\"", tags, warm, int(characters), b.Name, at.UnixMilli())
	for name, value := range fields {
		fmt.Fprintf(&line, ",%s=%g", name, value)
	}
	for name, i := range bins {
		fmt.Fprintf(&line, ",%s=%di", name, i)
	}
	*lines = append(*lines, fmt.Sprintf("%s %d", line.String(), at.UnixNano()))
}

func (b Box) event(e Event, onset time.Time, number int) string {
	owner := "instance=50000"
	if e.UUID {
		owner = "uuid=GPU-" + b.Name
	}
	fields := fmt.Sprintf("message=%q", e.Message)
	for name, text := range map[string]string{"error": e.Error, "last_state": e.Last, "reason": e.Reason} {
		if text != "" {
			fields += fmt.Sprintf(",%s=%q", name, text)
		}
	}
	if e.Code != 0 {
		fields += fmt.Sprintf(",code=%di", e.Code)
	}
	if e.OOM {
		fields += fmt.Sprintf(",oom_tried_bytes=%d,oom_free_bytes=%d,oom_total_bytes=%d", 1*gib, 200*mib, 24*gib)
	}
	return fmt.Sprintf("cosyvoice_event,host=%s,service=cosyvoice3,%s,kind=%s,severity=%s %s %d", b.Name, owner, e.Kind, e.Severity, fields, onset.Add(e.At).UnixNano()+int64(number))
}

// bin is what the schema says of the fields whose names end so.
func bin(v float64) int { return int(math.Floor(24 * math.Log10(v))) }
