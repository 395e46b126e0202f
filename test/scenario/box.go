// Package scenario makes up histories of GPU boxes that run a speech server: healthy ones, and ones
// on which something is wrong. It shares nothing with what is to find that out.
package scenario

import (
	"math"
	"math/rand/v2"
	"time"
)

const (
	gib = 1 << 30
	mib = 1 << 20
)

// Tick is what one reading of a box shows, before noise.
type Tick struct {
	Up       bool
	Starting bool
	Uptime   time.Duration

	Concurrency float64 // syntheses at once, in the mean
	Audio       float64 // s, of a synthesis
	RTF         float64
	FirstChunk  float64 // s
	WarmUp      bool    // of the syntheses that end now
	Outcome     string  // "" if the log does not tell
	Error       string
	Rambling    float64 // times the audio that the text would take

	Stuck float64       // syntheses that make no progress
	Age   time.Duration // of the oldest of these

	HostCPU, ServiceCPU, Thread float64 // percent, the latter two of one core
	CPULimit                    float64 // percent of one core, 0 without
	OOMKills                    float64 // at this tick
	RSS, HostMemory, HostTotal  float64 // bytes

	GPUState, NVML    string
	GPU, ServiceSM    float64 // percent of use
	Clock             float64 // Hz
	Thermal, PowerCap bool
	Temperature       float64
	Power, PowerLimit float64 // W

	Memory, PerSynthesis  float64 // bytes of the server: at rest, and for each synthesis
	Other, Unowned, Total float64 // bytes of the card

	LogFiles, LogLines, LogUnderstood, LogLag float64
}

// Event is one fact that the plugin tells.
type Event struct {
	At                   time.Duration // after the onset
	Kind, Severity       string
	UUID                 bool // of the card, not of the server
	Message, Error, Last string
	Reason               string
	Code                 int  // of an Xid
	OOM                  bool // with the numbers of PyTorch's message
}

// Box is a machine with one card and one server.
type Box struct {
	Name string
	// At is its state at a time after the onset, or before it where that is negative.
	At     func(after time.Duration) Tick
	Events []Event
}

// healthy is a box in the middle of a usual day: a card of 24 GiB, two syntheses at once.
func healthy(after time.Duration) Tick {
	return Tick{
		Up: true, Uptime: 5*24*time.Hour + after,
		Concurrency: 1.5, Audio: 8, RTF: 0.35, FirstChunk: 0.5, Outcome: "ok", Rambling: 1,
		HostCPU: 25, ServiceCPU: 130, Thread: 70, RSS: 6 * gib, HostMemory: 20 * gib, HostTotal: 64 * gib,
		GPUState: "ok", NVML: "ok", GPU: 70, ServiceSM: 66, Clock: 2.5e9, Temperature: 66, Power: 240, PowerLimit: 450,
		Memory: 6 * gib, PerSynthesis: 0.7 * gib, Total: 24 * gib,
		LogFiles: 1, LogLines: 12, LogUnderstood: 9,
	}
}

// since is a box that is healthy until the onset.
func since(change func(t *Tick, after time.Duration)) func(time.Duration) Tick {
	return func(after time.Duration) Tick {
		t := healthy(after)
		if after >= 0 {
			change(&t, after)
		}
		return t
	}
}

// always is a box that differs from the healthy one all the time.
func always(change func(t *Tick, after time.Duration)) func(time.Duration) Tick {
	return func(after time.Duration) Tick {
		t := healthy(after)
		change(&t, after)
		return t
	}
}

// Machine is what a box differs in from the one that the cases are told of, as factors.
type Machine struct {
	Name                     string
	Memory, RTF, Clock, Watt float64
}

// The machines. The limits of the conditions were chosen by what is seen on the first; how well
// they do is told of the second.
var (
	Large = Machine{"large", 1, 1, 1, 1}           // a card of 24 GiB
	Small = Machine{"small", 0.5, 1.8, 0.72, 0.45} // one of 12 GiB
)

// On is the same box on another machine.
func (c Case) On(m Machine) Case {
	at := c.At
	c.Name += "-" + m.Name
	c.At = func(after time.Duration) Tick {
		t := at(after)
		for _, bytes := range []*float64{&t.Memory, &t.PerSynthesis, &t.Other, &t.Unowned, &t.Total} {
			*bytes *= m.Memory
		}
		t.RTF *= m.RTF
		t.FirstChunk *= m.RTF
		t.Clock *= m.Clock
		t.Power *= m.Watt
		t.PowerLimit *= m.Watt
		return t
	}
	return c
}

// poisson is a random number of things of which so many are expected.
func poisson(r *rand.Rand, expected float64) (n int) {
	if expected > 50 {
		return int(max(0, math.Round(expected+math.Sqrt(expected)*r.NormFloat64())))
	}
	for p := r.Float64(); p > math.Exp(-expected); p *= r.Float64() {
		n++
	}
	return n
}

// around is a value with a spread of so many parts of itself.
func around(r *rand.Rand, value, spread float64) float64 {
	return value * math.Exp(spread*r.NormFloat64())
}
