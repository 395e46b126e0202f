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
	serving map[string]bool    // by UUID: a server's process is there, with memory or unknown
	byPID   map[int]float64    // by process, over all GPUs
	untold  map[int]bool       // processes of which some GPU does not tell
	// swing is, by UUID, how much more than now was used at the highest since the
	// last tick.
	swing    map[string]float64
	complete bool // every GPU named its processes
}

func share(gpus []gpu.GPU, report *process.Report) gpuMemory {
	m := gpuMemory{
		service: map[string]float64{}, other: map[string]float64{}, serving: map[string]bool{},
		byPID: map[int]float64{}, untold: map[int]bool{},
		swing: map[string]float64{}, complete: len(gpus) > 0,
	}
	if report == nil {
		m.complete = false
		return m
	}
	inService := map[int]bool{}
	for _, s := range report.Services {
		for _, pid := range s.PIDs {
			inService[pid] = true
		}
	}
	for _, g := range gpus {
		m.add(g, inService)
	}
	return m
}

func (m *gpuMemory) add(g gpu.GPU, inService map[int]bool) {
	if g.Processes == nil {
		m.complete = false
		return
	}
	service, other, known := 0.0, 0.0, true
	for _, p := range g.Processes {
		if inService[p.PID] {
			m.serving[g.UUID] = true
		}
		switch {
		case p.MemoryBytes == nil:
			m.untold[p.PID], known = true, false
		case inService[p.PID]:
			service += *p.MemoryBytes
			m.byPID[p.PID] += *p.MemoryBytes
		default:
			other += *p.MemoryBytes
		}
	}
	if known {
		m.service[g.UUID], m.other[g.UUID] = service, other
	}
	if g.MemoryUsedMaxBytes != nil && g.MemoryUsedBytes != nil {
		m.swing[g.UUID] = *g.MemoryUsedMaxBytes - *g.MemoryUsedBytes
	}
}

// of sums what the processes hold; nil if the driver does not tell.
func (m gpuMemory) of(pids []int) *float64 {
	if !m.complete {
		return nil
	}
	sum := 0.0
	for _, pid := range pids {
		if m.untold[pid] {
			return nil
		}
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
	for uuid := range m.serving {
		*peak += m.swing[uuid]
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

// serving remembers the GPUs on which servers are, so that what is shown of
// the host keeps speaking of the same cards while a server is down.
type serving map[string]bool // by UUID

// of returns the GPUs in use by servers; the last known ones while no server is
// there, all before one was.
func (s *serving) of(gpus []gpu.GPU, memory gpuMemory) []gpu.GPU {
	if len(memory.serving) > 0 {
		*s = memory.serving
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
