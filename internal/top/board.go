package top

import (
	"cmp"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Board is what is shown of one host. A figure that is not known is nil.
type Board struct {
	Host  string
	Hosts []string  // all that are heard
	At    time.Time // of the newest reading, zero if there is none

	Faults   []words.Message     // that the readings tell by themselves
	Findings []diagnosis.Finding // the worst first
	Judged   bool                // the tasks in InfluxDB can find something of this host

	CPU       *float64 // percent of all cores
	Memory    *float64 // bytes used
	MemoryAll *float64
	CPUTrail  Trail

	Servers   []Server
	Cards     []Card
	Syntheses []Synthesis // the newest first
	RTF       *float64    // of those that ended within the last minutes
	First     *float64    // seconds to the first audio of a stream, their mean
}

// Server is one speech server.
type Server struct {
	Instance    string
	Up          bool
	State       string
	Uptime      *float64 // seconds
	InFlight    *float64
	Oldest      *float64 // seconds
	CPU         *float64 // percent of a core
	Memory      *float64 // bytes
	GPUMemory   *float64 // bytes
	FlightTrail Trail
}

// Card is one GPU, or an instance of one.
type Card struct {
	Index       *float64
	Name, State string
	Utilization *float64 // percent
	Temperature *float64 // °C
	Power       *float64 // W
	Clock       *float64 // Hz
	Total, Used *float64 // bytes
	Service     *float64 // bytes of CosyVoice's processes
	Other       *float64 // bytes of other processes
	Unowned     *float64 // bytes of no process
	MemoryTrail Trail
}

// Synthesis is one that ended.
type Synthesis struct {
	At                               time.Time
	Instance, Mode, Outcome, Error   string
	Duration, FirstChunk, Audio, RTF *float64
}

// lately is the time over which the RTF is told.
const lately = 5 * time.Minute

// board puts together what is known of a host, "" for the first that is heard.
func (r *recorder) board(host string) Board {
	b := Board{Host: host, Hosts: r.hosts()}
	if host == "" && len(b.Hosts) > 0 {
		b.Host = b.Hosts[0]
	}
	b.At = r.lastHeard(b.Host)
	for _, p := range r.of("system_metrics", b.Host) {
		b.CPU, b.Memory, b.MemoryAll = p.number("cpu_usage_percent"), mebibytes(p, "memory_used_mb"), mebibytes(p, "memory_total_mb")
		b.CPUTrail = slices.Clone(r.course[p.subject()]["cpu_usage_percent"])
	}
	for _, p := range r.of("cosyvoice_service", b.Host) {
		b.addServer(p, slices.Clone(r.course[p.subject()]["in_flight"]))
	}
	for _, p := range r.of("cosyvoice_gpu", b.Host) {
		course := r.course[p.subject()]
		trail := course["memory_used_max_bytes"]
		if trail == nil {
			trail = course["memory_used_bytes"]
		}
		b.addCard(p, slices.Clone(trail))
	}
	slices.SortStableFunc(b.Cards, func(x, y Card) int { return cmp.Compare(orZero(x.Index), orZero(y.Index)) })
	for _, p := range r.told("cosyvoice_synthesis", b.Host) {
		b.Syntheses = append(b.Syntheses, Synthesis{
			At: p.Time, Instance: p.Tags["instance"], Mode: p.Tags["mode"], Outcome: p.Tags["outcome"], Error: p.Tags["error"],
			Duration: p.number("duration_seconds"), FirstChunk: p.number("first_chunk_seconds"), Audio: p.number("audio_seconds"), RTF: p.number("rtf"),
		})
	}
	b.RTF, b.First = speed(r.told("cosyvoice_synthesis", b.Host), b.At.Add(-lately))
	return b
}

func (b *Board) addServer(p Point, trail Trail) {
	s := Server{
		Instance: p.Tags["instance"], Up: p.Fields["up"] == int64(1), State: p.text("state"), Uptime: p.number("uptime_seconds"),
		InFlight: p.number("in_flight"), Oldest: p.number("oldest_in_flight_seconds"), CPU: p.number("cpu_percent"),
		Memory: p.number("memory_rss_bytes"), GPUMemory: p.number("gpu_memory_bytes"), FlightTrail: trail,
	}
	b.Servers = append(b.Servers, s)
	switch {
	case !s.Up:
		b.Faults = append(b.Faults, words.ServerDown.With(s.Instance))
	case s.State == "stuck":
		b.Faults = append(b.Faults, words.ServerStuck.With(s.Instance))
	}
}

func (b *Board) addCard(p Point, trail Trail) {
	c := Card{
		Index: p.number("index"), Name: p.Tags["name"], State: p.text("state"), Utilization: p.number("utilization_percent"),
		Temperature: p.number("temperature_c"), Power: p.number("power_w"), Clock: p.number("clock_sm_hz"),
		Total: p.number("memory_total_bytes"), Used: p.number("memory_used_bytes"), Service: p.number("memory_service_bytes"),
		Other: p.number("memory_other_bytes"), Unowned: p.number("memory_unowned_bytes"), MemoryTrail: trail,
	}
	b.Cards = append(b.Cards, c)
	switch c.State {
	case "hung":
		b.Faults = append(b.Faults, words.GPUHung.With(c.Name))
	case "lost":
		b.Faults = append(b.Faults, words.GPULost.With(c.Name, p.text("state_reason")))
	case "failed":
		b.Faults = append(b.Faults, words.GPUFailed.With(c.Name, p.text("state_reason")))
	}
}

// facts are the causes that the plugin's own events are, of the last minutes: all that can be found
// without the history.
func (r *recorder) facts(host string, since time.Time) []diagnosis.Finding {
	found := []diagnosis.Finding{}
	for _, p := range r.told("cosyvoice_event", host) {
		cause := causes.OfEvent(p.Tags["kind"])
		known := func(f diagnosis.Finding) bool {
			return cause.Code == f.Code && f.Instance == p.Tags["instance"] && f.UUID == p.Tags["uuid"]
		}
		if cause == nil || p.Time.Before(since) || slices.ContainsFunc(found, known) {
			continue
		}
		found = append(found, diagnosis.Finding{
			Code: cause.Code, Severity: cause.Severity, Host: host, Instance: p.Tags["instance"], UUID: p.Tags["uuid"], Since: p.Time, At: p.Time,
		})
	}
	return found
}

// speed is the RTF of syntheses, the time that their computing took by the time that they last, and
// the mean time to the first audio of streams.
func speed(syntheses []Point, since time.Time) (rtf, first *float64) {
	var compute, audio, waited, streams float64
	for _, p := range syntheses {
		if p.Time.Before(since) || p.Tags["outcome"] != "ok" {
			continue
		}
		if c, a := p.number("compute_seconds"), p.number("audio_seconds"); c != nil && a != nil {
			compute, audio = compute+*c, audio+*a
		}
		if f := p.number("first_chunk_seconds"); f != nil && p.Tags["streaming"] == "true" {
			waited, streams = waited+*f, streams+1
		}
	}
	if audio > 0 {
		rtf = new(compute / audio)
	}
	if streams > 0 {
		first = new(waited / streams)
	}
	return rtf, first
}

func mebibytes(p Point, field string) *float64 {
	value := p.number(field)
	if value == nil {
		return nil
	}
	return new(*value * (1 << 20))
}

func orZero(value *float64) float64 {
	if value == nil {
		return 0
	}
	return *value
}
