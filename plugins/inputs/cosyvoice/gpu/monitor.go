package gpu

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/influxdata/telegraf"
)

// State tells how the observation of the GPUs as a whole goes.
type State string

const (
	StateStarting State = "starting" // the first child has not answered yet
	StateOK       State = "ok"
	StateAbsent   State = "absent" // no NVIDIA driver on this host: a normal case
	StateHung     State = "hung"   // the driver does not answer
	StateFailed   State = "failed" // the driver answers with an error, or kills the child
)

// Options say how to observe. The zero value of a duration means its default.
type Options struct {
	Command []string // starts the child, for instance {"/proc/self/exe", "nvml-child"}
	Log     telegraf.Logger

	// HangAfter is how long a driver that answered may be silent before it counts as
	// hung: three missed samples by default.
	HangAfter time.Duration
	// InitTimeout is the same for its first answer, which may take many seconds on a
	// card without persistence mode.
	InitTimeout time.Duration
	// RetryFirst and RetryMax bound the pause before a new child, which doubles each
	// time. RetryMax is also the pause before looking for a driver again where there
	// is none.
	RetryFirst, RetryMax time.Duration
}

const (
	defaultHangAfter   = 3 * SampleInterval
	defaultInitTimeout = 20 * time.Second
	defaultRetryFirst  = time.Second
	defaultRetryMax    = time.Minute

	// maxStuck bounds how many children may be stuck in the kernel, where no signal
	// reaches them, before starting more of them stops.
	maxStuck = 3

	// stopPatience bounds the end of a child, and with it the end of the plugin.
	stopPatience = 400 * time.Millisecond
)

// Event is a fact about the driver worth keeping: its kind is gpu_hung or
// gpu_recovered.
type Event struct {
	Time    time.Time
	Kind    string
	Message string
}

// GPU is one GPU at a tick, with the extremes since the tick before.
type GPU struct {
	Reading
	MemoryUsedMaxBytes    *float64
	MemoryUsedMinBytes    *float64
	UtilizationMaxPercent *float64
}

// Snapshot is what is known at a tick.
type Snapshot struct {
	State         State
	Reason        string // why the state is not ok
	StuckSeconds  float64
	Restarts      int64 // children started after the first
	ChildPID      int   // 0 while there is none
	DriverVersion string
	GPUs          []GPU
	Events        []Event
}

// Monitor supervises the child and keeps what it says.
type Monitor struct {
	options Options

	mu       sync.Mutex
	state    State
	reason   string
	heard    time.Time // last message of a child that answered
	restarts int64
	driver   string
	child    *childProcess
	known    []Reading // identities of the GPUs last seen
	readings []Reading // the newest full readings; nil once handed out
	last     map[string]Sample
	windows  map[string]*window
	events   []Event
	arrived  chan struct{} // closed, and renewed, when full readings arrive or the state changes
}

// NewMonitor returns a monitor that observes once Run is called.
func NewMonitor(options Options) *Monitor {
	setDefault := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	setDefault(&options.HangAfter, defaultHangAfter)
	setDefault(&options.InitTimeout, defaultInitTimeout)
	setDefault(&options.RetryFirst, defaultRetryFirst)
	setDefault(&options.RetryMax, defaultRetryMax)
	return &Monitor{
		options: options,
		state:   StateStarting,
		heard:   time.Now(),
		last:    map[string]Sample{},
		windows: map[string]*window{},
		arrived: make(chan struct{}),
	}
}

// Run keeps a child running until ctx is done.
func (m *Monitor) Run(ctx context.Context) {
	pause := m.options.RetryFirst
	var stuck []*childProcess
	for first := true; ctx.Err() == nil; first = false {
		if stuck = stillRunning(stuck); len(stuck) >= maxStuck {
			sleep(ctx, m.options.RetryMax)
			continue
		}
		if !first {
			m.mu.Lock()
			m.restarts++
			m.mu.Unlock()
		}
		began := time.Now()
		c, err := startChild(m.options.Command)
		if err != nil {
			m.fail(StateFailed, err.Error())
		} else {
			m.follow(ctx, c)
			if !c.stop(stopPatience) {
				stuck = append(stuck, c)
			}
		}
		if time.Since(began) > m.options.RetryMax {
			pause = m.options.RetryFirst
		}
		if m.current() == StateAbsent {
			pause = m.options.RetryMax
		}
		sleep(ctx, pause)
		pause = min(2*pause, m.options.RetryMax)
	}
}

// follow takes in the child's messages until it ends, hangs, or ctx is done.
func (m *Monitor) follow(ctx context.Context, c *childProcess) {
	m.mu.Lock()
	m.child = c
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.child = nil
		m.mu.Unlock()
	}()
	patience := m.options.InitTimeout
	silence := time.NewTimer(patience)
	defer silence.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-silence.C:
			m.hang(patience)
			return
		case msg, ok := <-c.messages:
			switch {
			case !ok:
				<-c.reaped
				if ctx.Err() == nil {
					m.fail(StateFailed, exitReason(c))
				}
				return
			case msg.Problem != nil && msg.Problem.Absent:
				m.fail(StateAbsent, msg.Problem.Reason)
				return
			case msg.Problem != nil:
				m.fail(StateFailed, msg.Problem.Reason)
				return
			}
			m.take(msg)
			patience = m.options.HangAfter
			silence.Reset(patience)
		}
	}
}

// take keeps what a child that works has said.
func (m *Monitor) take(msg message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if msg.Hello != nil {
		m.driver = msg.Hello.Driver
		if m.state == StateHung {
			return // initialising often works where reading hangs
		}
	}
	now := time.Now()
	if m.state == StateHung {
		text := fmt.Sprintf("the NVIDIA driver answers again after %.0f s", now.Sub(m.heard).Seconds())
		m.events = append(m.events, Event{now, "gpu_recovered", text})
		m.options.Log.Infof("GPU: %s", text)
	}
	if m.state != StateOK || msg.Readings != nil {
		defer m.announce()
	}
	m.heard, m.state, m.reason = now, StateOK, ""
	for _, s := range msg.Samples {
		m.sample(s)
	}
	if msg.Readings == nil {
		return
	}
	m.readings = msg.Readings
	m.known = m.known[:0]
	for _, r := range msg.Readings {
		m.known = append(m.known, Reading{Index: r.Index, UUID: r.UUID, Name: r.Name})
		m.sample(Sample{r.UUID, r.MemoryUsedBytes, r.UtilizationPercent})
		for family, reason := range r.Faults {
			m.options.Log.Warnf("GPU %d (%s): %s could not be read: %s", r.Index, r.UUID, family, reason)
		}
	}
}

func (m *Monitor) sample(s Sample) {
	w := m.windows[s.UUID]
	if w == nil {
		w = &window{}
		m.windows[s.UUID] = w
	}
	w.add(s)
	m.last[s.UUID] = s
}

// hang notes that the driver was silent for too long.
func (m *Monitor) hang(patience time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.announce()
	if m.state == StateHung {
		return
	}
	text := fmt.Sprintf("the NVIDIA driver has not answered for %s", patience.Round(time.Second))
	m.state, m.reason = StateHung, text
	m.events = append(m.events, Event{time.Now(), "gpu_hung", text})
	m.options.Log.Errorf("GPU: %s; its readings stop, all others go on. If nvidia-smi hangs too, look into dmesg for NVRM and Xid lines; a reboot may be needed", text)
}

// fail notes why there is no working child. A driver that hung before and fails now
// has not recovered.
func (m *Monitor) fail(state State, reason string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.announce()
	if m.state == StateHung && state == StateFailed {
		return
	}
	if m.state != state || m.reason != reason {
		if state == StateAbsent {
			m.options.Log.Infof("GPU: none observed: %s", reason)
		} else {
			m.options.Log.Errorf("GPU: %s", reason)
		}
	}
	m.state, m.reason = state, reason
}

// announce wakes those who wait for readings or a change of state. The caller holds
// the lock.
func (m *Monitor) announce() {
	close(m.arrived)
	m.arrived = make(chan struct{})
}

func (m *Monitor) current() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

// Tick asks for full readings, waits for them until ctx is done, and returns what is
// known: without readings in time, the last sample if it is fresh, never an old
// value. Events and extremes are handed out once.
func (m *Monitor) Tick(ctx context.Context) Snapshot {
	m.mu.Lock()
	m.readings = nil
	arrived := m.arrived
	asked := m.state == StateOK && m.child != nil && m.child.request() == nil
	m.mu.Unlock()
	if asked {
		select {
		case <-arrived:
		case <-ctx.Done():
		}
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	s := Snapshot{
		State: m.state, Reason: m.reason, Restarts: m.restarts,
		DriverVersion: m.driver, Events: m.events,
	}
	if m.child != nil {
		s.ChildPID = m.child.cmd.Process.Pid
	}
	switch m.state {
	case StateOK:
		s.GPUs = m.gpus()
	case StateHung:
		s.StuckSeconds = time.Since(m.heard).Seconds()
		for _, r := range m.known {
			r.State = DeviceHung
			s.GPUs = append(s.GPUs, GPU{Reading: r})
		}
	}
	m.events = nil
	clear(m.windows)
	return s
}

// gpus joins the newest readings, or else the newest samples, with the extremes.
func (m *Monitor) gpus() []GPU {
	readings := m.readings
	if readings == nil && time.Since(m.heard) < 2*SampleInterval {
		for _, r := range m.known {
			sample := m.last[r.UUID]
			r.State = DeviceOK
			r.MemoryUsedBytes, r.UtilizationPercent = sample.MemoryUsedBytes, sample.UtilizationPercent
			readings = append(readings, r)
		}
	}
	gpus := make([]GPU, 0, len(readings))
	for _, r := range readings {
		g := GPU{Reading: r}
		if w := m.windows[r.UUID]; w != nil {
			g.MemoryUsedMaxBytes, g.MemoryUsedMinBytes = w.memoryMax, w.memoryMin
			g.UtilizationMaxPercent = w.utilizationMax
		}
		gpus = append(gpus, g)
	}
	return gpus
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

// exitReason says how a child ended that should not have.
func exitReason(c *childProcess) string {
	reason := fmt.Sprintf("the NVML child ended: %v", c.exit)
	if c.exit == nil {
		reason = "the NVML child ended by itself"
	}
	if said := c.stderr.String(); said != "" {
		reason += ": " + said
	}
	return reason
}

func stillRunning(children []*childProcess) []*childProcess {
	var running []*childProcess
	for _, c := range children {
		select {
		case <-c.reaped:
		default:
			running = append(running, c)
		}
	}
	return running
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
