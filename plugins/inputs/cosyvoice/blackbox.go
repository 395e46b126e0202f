package cosyvoice

import (
	"math"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/flight"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
)

const (
	// flightBefore is how much of the black box is written with an event.
	flightBefore = 2 * time.Minute
	// flightEvery is how often that is done for a server at the most.
	flightEvery = 5 * time.Minute
)

// blackBox is what is remembered of one server instance.
type blackBox struct {
	flight.Recorder
	cards   map[string]bool // UUIDs, as last known
	written time.Time       // the event with which its seconds were written last
	load    synthesis.Load  // the last one known
}

// blackBoxes are those of all instances.
type blackBoxes map[string]*blackBox

func (b blackBoxes) of(instance string) *blackBox {
	if b[instance] == nil {
		b[instance] = &blackBox{}
	}
	return b[instance]
}

// record takes in the seconds since the last tick.
func (b blackBoxes) record(since, now time.Time, gpus gpu.Snapshot, use gpuUse, report *process.Report) {
	if report == nil {
		return
	}
	for _, s := range report.Services {
		box := b.of(s.Instance)
		for _, sample := range s.Samples {
			if second := box.At(sample.At); second != nil {
				second.CPUPercent, second.RSSBytes = sample.CPUPercent, float64(sample.RSSBytes)
			}
		}
		if cards := use.cards[s.Instance]; cards != nil {
			box.cards = cards
		}
		box.recordGPUs(gpus)
		if busy := report.Host.CPUUsagePercent; busy != nil && now.Sub(since) < flight.Length {
			for t := since; t.Before(now); t = t.Add(time.Second) {
				if second := box.At(t); second != nil {
					second.HostCPUPercent = *busy
				}
			}
		}
	}
}

// recordGPUs takes in the samples of the cards that the server is on; of the only card
// where the driver does not tell.
func (b *blackBox) recordGPUs(gpus gpu.Snapshot) {
	parents := map[string]bool{}
	for _, g := range gpus.GPUs {
		if b.cards[g.UUID] && g.GPUUUID != "" {
			parents[g.GPUUUID] = true // its MIG instance tells more
		}
	}
	type cardSecond struct {
		uuid string
		at   int64
	}
	seen := map[cardSecond]bool{}
	fresh := map[int64]bool{}
	for _, s := range gpus.Samples {
		ours := b.cards[s.UUID] && !parents[s.UUID] || b.cards == nil && countCards(gpus) == 1
		// Of two samples of a card in the same second the first one counts.
		key := cardSecond{s.UUID, s.At.Unix()}
		second := b.At(s.At)
		if !ours || seen[key] || second == nil {
			continue
		}
		seen[key] = true
		if !fresh[s.At.Unix()] {
			fresh[s.At.Unix()] = true
			second.GPUMemoryBytes, second.GPUUtilizationPercent, second.ClockSMHz = math.NaN(), math.NaN(), math.NaN()
		}
		combine(&second.GPUMemoryBytes, s.MemoryUsedBytes, func(a, b float64) float64 { return a + b })
		combine(&second.GPUUtilizationPercent, s.UtilizationPercent, math.Max)
		combine(&second.ClockSMHz, s.ClockSMHz, math.Min)
	}
}

func combine(sum *float64, value *float64, how func(a, b float64) float64) {
	switch {
	case value == nil:
	case math.IsNaN(*sum):
		*sum = *value
	default:
		*sum = how(*sum, *value)
	}
}

// recordLoads takes in how many syntheses were in flight: the most of each second.
func (b *blackBox) recordLoads(now time.Time, changes []synthesis.Load) {
	changes = append(changes, synthesis.Load{At: now})
	if b.load.At.IsZero() {
		b.load.At = changes[0].At // nothing is known of the time before
	}
	oldest := now.Add(-flight.Length)
	for _, change := range changes {
		if change.At.After(now) {
			change.At = now // by the log's clock, which may be ahead
		}
		for t := later(b.load.At, oldest).Truncate(time.Second); !t.After(change.At); t = t.Add(time.Second) {
			if second := b.At(t); second != nil && !(second.InFlight >= float64(b.load.InFlight)) {
				second.InFlight = float64(b.load.InFlight)
			}
		}
		if change.At.Before(now) {
			b.load = change
		}
	}
	b.load.At = now
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
