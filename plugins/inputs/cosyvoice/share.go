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
	// servicePeak is, by UUID, the highest use since the last tick less what was not
	// the servers' at this one.
	servicePeak map[string]float64
	known       bool // every GPU told what each process holds
}

func share(gpus []gpu.GPU, report *process.Report) gpuMemory {
	m := gpuMemory{
		service: map[string]float64{}, other: map[string]float64{},
		byPID: map[int]float64{}, servicePeak: map[string]float64{}, known: len(gpus) > 0,
	}
	if report == nil {
		m.known = false
		return m
	}
	serving := map[int]bool{}
	for _, s := range report.Services {
		for _, pid := range s.PIDs {
			serving[pid] = true
		}
	}
	for _, g := range gpus {
		service, other, known := 0.0, 0.0, g.Processes != nil
		for _, p := range g.Processes {
			switch {
			case p.MemoryBytes == nil:
				known = false
			case serving[p.PID]:
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
			m.servicePeak[g.UUID] = service + *g.MemoryUsedMaxBytes - *g.MemoryUsedBytes
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

// serving are the GPUs on which the servers hold memory.
func (m gpuMemory) serving(gpus []gpu.GPU) []gpu.GPU {
	var in []gpu.GPU
	for _, g := range gpus {
		if m.service[g.UUID] > 0 {
			in = append(in, g)
		}
	}
	return in
}
