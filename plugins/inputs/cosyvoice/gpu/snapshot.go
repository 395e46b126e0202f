package gpu

import (
	"context"
	"time"
)

// GPU is one GPU, or instance of MIG, at a tick, with the extremes since the tick
// before.
type GPU struct {
	Reading
	MemoryUsedMaxBytes    *float64
	MemoryUsedMinBytes    *float64
	UtilizationMaxPercent *float64

	// XIDsTotal counts the Xids since the monitor began; nil where the driver does not
	// report them. XIDLast is the newest one's number, nil if there was none.
	XIDsTotal, XIDLast *int64
}

// Snapshot is what is known at a tick.
type Snapshot struct {
	State         State
	Answered      bool   // full readings are among the GPUs
	Reason        string // why the state is not ok, and what to do
	StuckSeconds  float64
	Restarts      int64 // children started after the first
	ChildPID      int   // 0 while there is none
	DriverVersion string
	// GPUs has every GPU seen so far: one that is gone stays here as lost, for
	// Options.ForgetAfter if the driver does not list it.
	GPUs   []GPU
	Events []Event
	// Samples are those since the tick before, of each GPU oldest first.
	Samples []Sample
}

// Tick asks for full readings, waits for them until ctx is done, and returns what is
// known: without readings in time, the last sample if it is fresh, never an old
// value. Events, samples and extremes are handed out once.
func (m *Monitor) Tick(ctx context.Context) Snapshot {
	m.refresh(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tellXIDs()
	s := Snapshot{
		State: m.state, Answered: m.state == StateOK && m.answered, Reason: m.problem.Error(), Restarts: m.restarts,
		DriverVersion: m.driver, GPUs: m.gpus(), Events: m.events, Samples: m.samples,
	}
	if m.child != nil {
		s.ChildPID = m.child.cmd.Process.Pid
	}
	if m.state == StateHung {
		s.StuckSeconds = time.Since(m.heard).Seconds()
	}
	m.events, m.samples = nil, nil
	for _, c := range m.cards {
		c.window = window{}
	}
	return s
}

// Holders asks for full readings as Tick does and returns the processes that hold
// memory, but hands nothing out.
func (m *Monitor) Holders(ctx context.Context) map[int]bool {
	m.refresh(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	pids := map[int]bool{}
	for _, c := range m.cards {
		if r, ok := m.current(c); ok {
			addHolders(pids, r)
		}
	}
	return pids
}

// Holders are the processes that hold memory on any GPU.
func (s Snapshot) Holders() map[int]bool {
	pids := map[int]bool{}
	for _, g := range s.GPUs {
		addHolders(pids, g.Reading)
	}
	return pids
}

func addHolders(pids map[int]bool, r Reading) {
	for _, p := range r.Processes {
		pids[p.PID] = true
	}
}

// refresh asks for full readings, and waits for them where the driver works.
func (m *Monitor) refresh(ctx context.Context) {
	m.mu.Lock()
	arrived := m.arrived
	m.answered = false
	asked := m.ask() && m.state == StateOK
	m.mu.Unlock()
	if asked {
		select {
		case <-arrived:
		case <-ctx.Done():
		}
	}
}

// ask requests full readings, in trouble too, since the answer may end it.
func (m *Monitor) ask() bool {
	if m.child == nil {
		return false
	}
	r := request{pcie: m.options.PCIe, nvlink: m.options.NVLink}
	if time.Since(m.healthAt) >= m.options.HealthInterval {
		r.health = true
	}
	m.owe()
	return m.child.request(r) == nil
}

func (m *Monitor) gpus() []GPU {
	gpus := make([]GPU, 0, len(m.cards))
	for _, c := range m.cards {
		r, ok := m.current(c)
		if !ok {
			continue
		}
		g := GPU{Reading: r}
		if r.State == DeviceOK {
			g.MemoryUsedMaxBytes, g.MemoryUsedMinBytes = c.window.memoryMax, c.window.memoryMin
			g.UtilizationMaxPercent = c.window.utilizationMax
		}
		if r.XIDsWatched {
			g.XIDsTotal = new(int64(0))
		}
		if l := m.xids[r.UUID]; l != nil {
			g.XIDsTotal, g.XIDLast = new(l.total), new(l.last)
		}
		if r.Health != nil { // handed out, so not due before the next interval
			m.healthAt = time.Now()
		}
		gpus = append(gpus, g)
	}
	return gpus
}

// current is what is known of one GPU now, false if nothing.
func (m *Monitor) current(c *card) (Reading, bool) {
	r := c.identity
	switch {
	case r.State == DeviceLost:
	case m.state == StateHung:
		r.State, r.Reason = DeviceHung, m.problem.Error()
	case m.state != StateOK:
		r.State, r.Reason = DeviceFailed, m.problem.Error()
	case r.State != DeviceOK:
	case m.answered:
		r = *c.reading
	case time.Since(c.last.At) < 2*SampleInterval:
		r.MemoryUsedBytes, r.UtilizationPercent = c.last.MemoryUsedBytes, c.last.UtilizationPercent
		r.MemoryTotalBytes = c.total
	default:
		return r, false
	}
	return r, true
}

// WaitReady returns when the first child has answered, in whatever way, or ctx is
// done.
func (m *Monitor) WaitReady(ctx context.Context) {
	for ctx.Err() == nil {
		m.mu.Lock()
		ready, arrived := m.state != StateStarting, m.arrived
		m.mu.Unlock()
		if ready {
			return
		}
		select {
		case <-arrived:
		case <-ctx.Done():
		}
	}
}
