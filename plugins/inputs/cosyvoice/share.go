package cosyvoice

import (
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

// gpuUse tells who uses the GPUs, joined by process id. What the driver does not
// tell, as memory under WSL2, is absent from all maps.
type gpuUse struct {
	service map[string]float64 // memory by UUID: of the servers' processes
	other   map[string]float64 // memory by UUID: of other processes
	serving map[string]bool    // by UUID: a server's process is there
	memory  quantity           // of the servers' processes, over all GPUs
	sm      quantity           // the same for the use of the SMs
	// swing is, by the UUID of a card with a server, how much more memory than now was
	// used at the highest since the last tick; nil if not known.
	swing    map[string]*float64
	cards    map[string]map[string]bool // by instance the UUIDs of the cards and MIG instances it is on
	presumed map[int]bool               // processes that are only presumed to be the holders
	complete bool                       // every GPU named its processes, and their owners are known
}

// quantity is something that processes have.
type quantity struct {
	byPID  map[int]float64
	untold map[int]bool // processes of which some GPU does not tell
}

func newQuantity() quantity { return quantity{map[int]float64{}, map[int]bool{}} }

func (q quantity) add(pid int, value *float64) {
	if value == nil {
		q.untold[pid] = true
		return
	}
	q.byPID[pid] += *value
}

// of sums what the processes have; nil if it is not told of all.
func (q quantity) of(pids []int) *float64 {
	sum := 0.0
	for _, pid := range pids {
		if q.untold[pid] {
			return nil
		}
		sum += q.byPID[pid]
	}
	return &sum
}

func share(gpus []gpu.GPU, report *process.Report) gpuUse {
	known := report != nil && !report.Scan.Partial
	u := gpuUse{
		service: map[string]float64{}, other: map[string]float64{}, serving: map[string]bool{},
		memory: newQuantity(), sm: newQuantity(), cards: map[string]map[string]bool{},
		swing: map[string]*float64{}, presumed: map[int]bool{}, complete: len(gpus) > 0 && known && !report.OwnersUnknown,
	}
	if !known {
		return u
	}
	for _, g := range gpus {
		u.add(g, report)
	}
	return u
}

func (u *gpuUse) add(g gpu.GPU, report *process.Report) {
	if g.State == gpu.DeviceLost {
		return // nobody is on it
	}
	isCard := g.GPUUUID == ""
	if g.Processes == nil {
		u.complete = u.complete && !isCard
		return
	}
	service, other, known := 0.0, 0.0, true
	for _, p := range g.Processes {
		if !report.Judged(p.PID) {
			known, u.complete = false, false
			continue
		}
		owner, ours := report.Owner(p.PID)
		switch {
		case p.MemoryBytes == nil:
			known = false
		case ours:
			service += *p.MemoryBytes
		default:
			other += *p.MemoryBytes
		}
		if !ours {
			continue
		}
		u.serving[g.UUID] = true
		if u.cards[owner.Instance] == nil {
			u.cards[owner.Instance] = map[string]bool{}
		}
		u.cards[owner.Instance][g.UUID] = true
		if owner.Presumed {
			u.presumed[owner.PID] = true
		}
		if isCard {
			u.swing[g.UUID] = difference(g.MemoryUsedMaxBytes, g.MemoryUsedBytes)
			// It lists the processes of its MIG instances too.
			u.memory.add(owner.PID, p.MemoryBytes)
			u.sm.add(owner.PID, p.SMPercent)
		}
	}
	if known {
		u.other[g.UUID] = other
	}
	if known && !report.OwnersUnknown {
		u.service[g.UUID] = service
	}
}

func difference(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	d := *a - *b
	return &d
}

// memoryOf sums what the processes hold; nil if the driver does not tell.
func (u gpuUse) memoryOf(pids []int) *float64 {
	if !u.complete {
		return nil
	}
	return u.memory.of(pids)
}

// smOf sums the use of the SMs, 100 for all of one GPU; nil if the driver does not
// tell.
func (u gpuUse) smOf(pids []int) *float64 {
	if !u.complete {
		return nil
	}
	return u.sm.of(pids)
}

// memoryPeakOf is what the processes of the only server held at the highest since the
// last tick: what they hold now and the swing of the cards they are on. It takes all
// other holders as steady, so it is nil with several servers.
func (u gpuUse) memoryPeakOf(pids []int, servers int) *float64 {
	peak := u.memoryOf(pids)
	if peak == nil || servers != 1 {
		return nil
	}
	for _, swing := range u.swing {
		if swing == nil {
			return nil
		}
		*peak += *swing
	}
	return peak
}

// serving remembers the GPUs on which servers are, so that what is shown of
// the host keeps speaking of the same cards while a server is down.
type serving map[string]bool // by UUID

// of returns the GPUs in use by servers; the last known ones while no server is
// there, all before one was.
func (s *serving) of(gpus []gpu.GPU, use gpuUse) []gpu.GPU {
	if len(use.serving) > 0 {
		*s = use.serving
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
