package past

import (
	"math"
	"time"
)

// The card at rest and at work, a desktop card of 24 GiB as the demo's simulator shows it.
const (
	modelBytes   = 5180 * mib // of the server at rest
	driverBytes  = 2 * mib    // that nobody owns
	restWatt     = 18.5
	workWatt     = 90.0
	percentWatt  = 2.2 // for each percent of use
	limitWatt    = 450
	degreesWatt  = 0.12
	restClock    = 210e6
	workClock    = 2520e6
	hotClock     = 1890e6
	hottest      = 88.0
	warmUp       = 45 * time.Second // until 63 % of a change of temperature
	busyCPU      = 62.0             // percent of a core during a synthesis
	reasonIdle   = 0x1              // nvmlClocksEventReasonGpuIdle
	reasonHot    = 0x20             // nvmlClocksThrottleReasonSwThermalSlowdown
	serverMemory = 290 * mib        // resident, at rest
	spokenMemory = 32 * mib         // for each synthesis
)

// usable is what programs can have of the card.
func (b Box) usable() float64 { return b.GPUTotal - b.GPUReserved }

// held is what the server holds of the card at rest.
func (s *simulation) held(c conditions) float64 {
	return modelBytes + c.leaked*(s.plan.Box.usable()-driverBytes-modelBytes)
}

// used is what is used of the card when no synthesis runs, while the server does.
func (s *simulation) used(c conditions) float64 { return driverBytes + c.other + s.held(c) }

// utilization is the card's use with so many syntheses, in percent: one leaves gaps that a second
// fills. Where the processors are full, the card waits.
func (s *simulation) utilization(running int, c conditions) float64 {
	if running == 0 {
		return 0
	}
	percent := min(99, float64(40+20*running+s.random.IntN(15)))
	if c.foreign > 50 {
		percent = math.Round(percent / c.slow)
	}
	return percent
}

// clock is that of the SMs while the card works.
func (s *simulation) clock(c conditions) float64 {
	if c.heat {
		return hotClock + 15e6*float64(s.random.IntN(9)-4)
	}
	return workClock
}

// hostCPU is the use of all processors, with so many cores that the server keeps busy.
func (s *simulation) hostCPU(c conditions, busy float64) float64 {
	spread := 0.06 * (1 - c.foreign/100) // full is full
	return min(100, s.around(c.foreign, spread)+busyCPU*busy/float64(s.plan.Box.Cores))
}

// power is that of the card in W.
func power(percent float64) float64 {
	if percent == 0 {
		return restWatt
	}
	return workWatt + percentWatt*percent
}

// card is what of the card has a memory of its own.
type card struct {
	temperature float64 // °C
	joules      float64 // since the driver was loaded
	hot         float64 // s that heat kept the clocks down
}

// pass lets a time pass at a mean power.
func (d *card) pass(t time.Duration, watt float64, c conditions) {
	target := c.air + degreesWatt*watt
	if c.heat {
		target = min(target+6, hottest) // it is slowed down to stay there
		d.hot += t.Seconds()
	}
	d.temperature += (target - d.temperature) * (1 - math.Exp(-t.Seconds()/warmUp.Seconds()))
	d.joules += watt * t.Seconds()
}
