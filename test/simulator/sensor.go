package main

import (
	"math"
	"math/rand/v2"
	"os"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// Readings of a 24 GiB desktop card at rest and at work.
const (
	ambientC          = 36
	degreesPerWatt    = 0.12
	warmUp            = 45 * time.Second // until 63 % of a change of temperature
	restMilliwatts    = 18_500
	workMilliwatts    = 90_000
	percentMilliwatts = 2_200 // for each percent of utilisation
	restSMMHz         = 210
	workSMMHz         = 2_520
	restMemoryMHz     = 405
	workMemoryMHz     = 10_251
	restPState        = 8
	workPState        = 2
	gpuIdle           = 0x1 // nvmlClocksEventReasonGpuIdle
)

// sensor makes up the readings of a GPU from its load. It keeps the fractions
// that NVML's whole numbers lose.
type sensor struct {
	temperatureC float64
}

// show writes the readings after period of work on so many syntheses.
func (s *sensor) show(d *fakenvml.Device, running int, period time.Duration) {
	if running == 0 {
		atRest(d)
	} else {
		atWork(d, running)
	}
	set(d.EnergyMillijoules, value(d.EnergyMillijoules)+uint64(float64(value(d.PowerMilliwatts))*period.Seconds()))

	// A temperature that somebody else has set is where the drift goes on.
	if uint64(math.Round(s.temperatureC)) != value(d.TemperatureC) {
		s.temperatureC = float64(value(d.TemperatureC))
	}
	target := ambientC + degreesPerWatt*float64(value(d.PowerMilliwatts))/1000
	s.temperatureC += (target - s.temperatureC) * period.Seconds() / warmUp.Seconds()
	set(d.TemperatureC, uint64(math.Round(s.temperatureC)))
}

func atRest(d *fakenvml.Device) {
	set(d.UtilizationGPUPercent, 0)
	setSM(d, nil)
	set(d.UtilizationMemoryPercent, 0)
	set(d.PowerMilliwatts, restMilliwatts)
	set(d.ClockSMMHz, restSMMHz)
	set(d.ClockMemoryMHz, restMemoryMHz)
	set(d.PerformanceState, restPState)
	set(d.ThrottleReasons, value(d.ThrottleReasons)|gpuIdle)
}

func atWork(d *fakenvml.Device, running int) {
	// Eager PyTorch leaves gaps between kernels, which a second request fills.
	busy := min(99, uint64(40+20*running+rand.IntN(15)))
	set(d.UtilizationGPUPercent, busy)
	setSM(d, &busy)
	set(d.UtilizationMemoryPercent, busy*2/5)
	set(d.PowerMilliwatts, workMilliwatts+busy*percentMilliwatts)
	set(d.ClockSMMHz, workSMMHz)
	set(d.ClockMemoryMHz, workMemoryMHz)
	set(d.PerformanceState, workPState)
	set(d.ThrottleReasons, value(d.ThrottleReasons)&^gpuIdle)
}

// setSM sets how much of the SMs this process uses; nil is none.
func setSM(d *fakenvml.Device, percent *uint64) {
	for i := range d.Processes {
		if d.Processes[i].PID == os.Getpid() {
			d.Processes[i].SMPercent = percent
		}
	}
}

// set leaves alone a reading that the device does not support.
func set(reading *uint64, value uint64) {
	if reading != nil {
		*reading = value
	}
}
