package past

import (
	"math"
	"time"
)

// gpu is the card at a tick. While the driver does not answer, little is known.
func (s *simulation) gpu(r *reading) {
	box := s.plan.Box
	var f fields
	f.integer("index", 0)
	f.integer("xids_total", 0)
	if r.hung {
		f.text("state", "hung")
		f.text("state_reason", hungReason)
		s.point("cosyvoice_gpu", r.at, f, "uuid", box.GPU, "name", box.Name)
		return
	}
	now, most, least := s.memory(r)
	f.text("state", "ok")
	f.float("utilization_percent", r.use)
	f.float("utilization_max_percent", max(r.use, s.utilization(r.peak, r.conditions)))
	f.float("memory_utilization_percent", math.Round(r.use*0.4))
	f.float("encoder_utilization_percent", 0)
	f.float("memory_used_bytes", now)
	f.float("memory_used_max_bytes", most)
	f.float("memory_used_min_bytes", least)
	f.float("memory_free_bytes", box.usable()-now)
	f.float("memory_reserved_bytes", box.GPUReserved)
	f.float("memory_total_bytes", box.GPUTotal)
	f.float("memory_service_bytes", now-driverBytes-r.other)
	f.float("memory_other_bytes", r.other)
	f.float("memory_unowned_bytes", driverBytes)
	processes := int64(0)
	if r.up {
		processes++
	}
	if r.other > 0 {
		processes++
	}
	f.integer("processes", processes)
	f.float("temperature_c", math.Round(s.card.temperature))
	f.float("power_w", power(r.use))
	f.float("power_limit_w", limitWatt)
	f.float("energy_joules", math.Round(s.card.joules*1000)/1000)
	s.pace(r, &f)
	s.health(r, &f)
	s.point("cosyvoice_gpu", r.at, f, "uuid", box.GPU, "name", box.Name)
}

// pace are the clocks, and what keeps them down.
func (s *simulation) pace(r *reading, f *fields) {
	clock, memoryClock, state, reasons := restClock, 405e6, int64(8), int64(reasonIdle)
	if r.running > 0 {
		clock, memoryClock, state, reasons = s.clock(r.conditions), 10251e6, 2, 0
		if r.heat {
			reasons = reasonHot
		}
	}
	f.float("clock_sm_hz", clock)
	f.float("clock_memory_hz", memoryClock)
	f.integer("performance_state", state)
	f.integer("throttle_reasons", reasons)
	f.flag("throttle_thermal", reasons&reasonHot != 0)
	f.flag("throttle_power", false)
	f.flag("throttle_hw_slowdown", false)
}

// health is read once a minute.
func (s *simulation) health(r *reading, f *fields) {
	if r.at.Truncate(time.Minute) != r.at {
		return
	}
	f.float("fan_percent", math.Round(max(0, min(100, (s.card.temperature-45)*2.2))))
	f.float("violation_thermal_seconds_total", s.card.hot)
	for _, other := range []string{"power", "sync_boost", "board_limit", "low_utilization", "reliability"} {
		f.float("violation_"+other+"_seconds_total", 0)
	}
}
