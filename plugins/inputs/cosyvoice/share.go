package cosyvoice

import (
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

// gpuMemory tells who holds the memory of the GPUs, joined by process id. What the
// driver does not tell, as under WSL2, is absent from all maps.
type gpuMemory struct {
	service map[string]float64 // by UUID: of the servers' processes
	other   map[string]float64 // by UUID: of other processes
	byPID   map[int]float64    // by process, over all GPUs
	// swing is, by UUID, how much more than now was used at the highest since the
	// last tick.
	swing map[string]float64
	known bool // every GPU told what each process holds
}

func share(gpus []gpu.GPU, report *process.Report) gpuMemory {
	m := gpuMemory{
		service: map[string]float64{}, other: map[string]float64{},
		byPID: map[int]float64{}, swing: map[string]float64{}, known: len(gpus) > 0,
	}
	if report == nil {
		m.known = false
		return m
	}
	inService := map[int]bool{}
	for _, s := range report.Services {
		for _, pid := range s.PIDs {
			inService[pid] = true
		}
	}
	for _, g := range gpus {
		service, other, known := 0.0, 0.0, g.Processes != nil
		for _, p := range g.Processes {
			switch {
			case p.MemoryBytes == nil:
				known = false
			case inService[p.PID]:
				service += *p.MemoryBytes
				m.byPID[p.PID] += *p.MemoryBytes
			default:
				other += *p.MemoryBytes
			}
		}
		if !known {
			m.known = false
			continue
		}
		m.service[g.UUID], m.other[g.UUID] = service, other
		if g.MemoryUsedMaxBytes != nil && g.MemoryUsedBytes != nil {
			m.swing[g.UUID] = *g.MemoryUsedMaxBytes - *g.MemoryUsedBytes
		}
	}
	return m
}

// of sums what the processes hold; nil if the driver does not tell.
func (m gpuMemory) of(pids []int) *float64 {
	if !m.known {
		return nil
	}
	sum := 0.0
	for _, pid := range pids {
		sum += m.byPID[pid]
	}
	return &sum
}

// peakOf is what the processes of the only server held at the highest since the last
// tick: what they hold now and the swing of the cards they are on. It takes all other
// holders as steady, so it is nil with several servers.
func (m gpuMemory) peakOf(pids []int, servers int) *float64 {
	peak := m.of(pids)
	if peak == nil || servers != 1 {
		return nil
	}
	for uuid, bytes := range m.service {
		if bytes > 0 {
			*peak += m.swing[uuid]
		}
	}
	return peak
}

// holders are the processes that hold memory on any GPU.
func holders(gpus []gpu.GPU) map[int]bool {
	pids := map[int]bool{}
	for _, g := range gpus {
		for _, p := range g.Processes {
			pids[p.PID] = true
		}
	}
	return pids
}

// serving remembers the GPUs on which servers hold memory, so that what is shown of
// the host keeps speaking of the same cards while a server is down.
type serving map[string]bool // by UUID

// of returns the GPUs in use by servers; the last known ones while no server holds
// memory, all before one did.
func (s *serving) of(gpus []gpu.GPU, memory gpuMemory) []gpu.GPU {
	now := serving{}
	for uuid, bytes := range memory.service {
		if bytes > 0 {
			now[uuid] = true
		}
	}
	if len(now) > 0 {
		*s = now
	}
	var shown []gpu.GPU
	for _, g := range gpus {
		if (*s)[g.UUID] {
			shown = append(shown, g)
		}
	}
	if shown == nil {
		return gpus
	}
	return shown
}
