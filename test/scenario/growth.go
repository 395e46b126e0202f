package scenario

import (
	"math"
	"time"
)

// Growth are the cases that show over hours. Full is when the card, or the host, would be full.
type Growth struct {
	Case
	Full time.Duration
}

// Growths are what becomes more, and what only seems to.
func Growths() []Growth {
	at := func(cause, strength string, full time.Duration, change func(t *Tick, after time.Duration)) Growth {
		return Growth{Case{Cause: cause, Strength: strength, Box: Box{Name: cause + "-" + strength, At: since(change)}}, full}
	}
	started := func(cause, looks string, change func(t *Tick, after time.Duration)) Growth {
		name := cause + "-" + looks
		if cause == "" {
			name = "healthy-" + looks
		}
		return Growth{Case: Case{Cause: cause, Strength: looks, Box: Box{Name: name, At: always(change)}}}
	}
	cases := []Growth{
		started("", "plain", func(*Tick, time.Duration) {}),
		started("", "constant-load", func(t *Tick, _ time.Duration) { t.Concurrency, t.GPU, t.ServiceSM, t.RTF = 12, 97, 95, 0.8 }),
		started("", "daily-cycle", func(t *Tick, after time.Duration) {
			t.Concurrency *= 1 + 0.95*math.Sin(2*math.Pi*after.Hours()/24)
		}),
		started("", "nightly-load", func(t *Tick, after time.Duration) {
			if hour := (after%(24*time.Hour) + 24*time.Hour) % (24 * time.Hour); hour < 3*time.Hour {
				t.Concurrency = 6
			} else {
				t.Concurrency = 0.2
			}
		}),
		started("", "long-texts", func(t *Tick, _ time.Duration) { t.Audio, t.PerSynthesis = 45, 2.2*gib }),
		started("", "ramping-load", func(t *Tick, after time.Duration) {
			t.Concurrency = max(0.1, min(9, after.Hours()*1.5))
		}),
		started("", "restarts-daily", func(t *Tick, after time.Duration) {
			t.Uptime = (after%(24*time.Hour) + 24*time.Hour) % (24 * time.Hour)
			t.Memory = 6*gib + min(1, t.Uptime.Hours()*20)*0.1*gib
		}),
		started("", "step-then-plateau", func(t *Tick, after time.Duration) {
			if after > 0 {
				t.Memory += 0.9 * gib
			}
		}),
	}
	for strength, much := range strengths {
		hours := func(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }
		full := hours(12 / (much * much)) // 48, 12 and 3 h
		cases = append(cases,
			at("gpu_memory_leak", strength, full, func(t *Tick, after time.Duration) {
				t.Memory += min(1, after.Hours()/full.Hours()) * 18 * gib
			}),
			at("host_memory_growth", strength, full, func(t *Tick, after time.Duration) {
				t.RSS += min(1, after.Hours()/full.Hours()) * 40 * gib
				t.HostMemory += min(1, after.Hours()/full.Hours()) * 40 * gib
			}),
			at("abandoned_generators", strength, 0, func(t *Tick, after time.Duration) {
				// A client leaves every 50 minutes, and takes some memory with it.
				if after%(50*time.Minute) < time.Minute {
					t.Outcome = "abandoned"
				}
				t.Memory += math.Ceil(after.Minutes()/50) * (0.15 + 0.25*much) * gib
			}),
			started("gpu_allocator_cache", strength, func(t *Tick, after time.Duration) {
				t.Uptime = max(0, after+12*time.Hour)
				t.Memory = 6*gib + (8.5+3*much)*gib*(1-math.Exp(-t.Uptime.Hours()/1.5))
			}),
			started("gpu_memory_configured", strength, func(t *Tick, after time.Duration) {
				t.Uptime = max(0, after+12*time.Hour)
				t.Memory, t.PerSynthesis = (15+2.5*much)*gib, 0.2*gib
			}),
			started("gpu_memory_lazy", strength, func(t *Tick, after time.Duration) {
				t.Uptime = max(0, after+12*time.Hour)
				for _, minute := range []float64{15, 40, 90} {
					if t.Uptime.Minutes() > minute {
						t.Memory += (0.1 + 0.3*much) * gib
					}
				}
			}),
		)
	}
	return cases
}
