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
	StateAbsent   State = "absent"   // no NVIDIA driver on this host: a normal case
	StateHung     State = "hung"     // the driver does not answer
	StateDenied   State = "denied"   // this user or container may not use the GPUs
	StateMismatch State = "mismatch" // library and kernel module are of different versions
	StateFailed   State = "failed"   // the driver answers with an error, or kills the child
)

// Options say how to observe. The zero value of a duration means its default.
type Options struct {
	Command []string // starts the child, for instance {"/proc/self/exe", "nvml-child"}
	Log     telegraf.Logger

	// PCIe and NVLink ask for these readings, too. PCIe takes 40 ms on each tick.
	PCIe, NVLink bool

	// HealthInterval is the pace of Reading.Health: a minute by default.
	HealthInterval time.Duration
	// HangAfter is how long a driver may leave a question unanswered before it counts as
	// hung: 3 s by default.
	HangAfter time.Duration
	// InitTimeout is the same for its first answer, which may take many seconds on a
	// card without persistence mode.
	InitTimeout time.Duration
	// RetryFirst and RetryMax bound the pause before a new child, which doubles each
	// time. RetryMax is also the pause before looking again for a driver, or a card,
	// that is not there.
	RetryFirst, RetryMax time.Duration
	// ForgetAfter is how long a GPU that the driver no longer lists is reported as lost:
	// an hour by default.
	ForgetAfter time.Duration
}

const (
	defaultHealthInterval = time.Minute
	defaultHangAfter      = 3 * time.Second
	defaultInitTimeout    = 20 * time.Second
	defaultRetryFirst     = time.Second
	defaultRetryMax       = time.Minute
	defaultForgetAfter    = time.Hour

	// maxStuck bounds how many children may be stuck in the kernel, where no signal
	// reaches them, before starting more of them stops.
	maxStuck = 3

	// stopPatience bounds the end of a child, and with it the end of the plugin.
	stopPatience = 400 * time.Millisecond
)

// Monitor supervises the child and keeps what it says.
type Monitor struct {
	options Options

	mu       sync.Mutex
	state    State
	problem  problem   // why the state is not ok
	heard    time.Time // when the driver last proved that it works
	restarts int64
	child    *childProcess
	silence  *time.Timer   // runs while the child owes something
	waiting  bool          // for an answer of the child
	arrived  chan struct{} // closed, and renewed, when full readings arrive or the state changes

	driver   string   // version, kept while there is none
	reopened string   // how the driver changed under the child before; empty once its successor spoke
	closed   []closed // GPUs that the driver lists and that are not read

	cards    []*card // every GPU and instance of MIG seen, but for instances that are gone
	count    int     // GPUs that were read last; -1 before any were
	listed   int     // GPUs that the driver listed last
	answered bool    // full readings arrived since the tick began
	healthAt time.Time
	xids     map[string]*xidLog // by UUID
	events   []Event
	samples  []Sample // since the tick before

	hangs     map[int]*hangs  // by the card's index
	abandoned []*childProcess // children that did not end; only Run uses them
}

// NewMonitor returns a monitor that observes once Run is called.
func NewMonitor(options Options) *Monitor {
	setDefault := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	setDefault(&options.HealthInterval, defaultHealthInterval)
	setDefault(&options.HangAfter, defaultHangAfter)
	setDefault(&options.InitTimeout, defaultInitTimeout)
	setDefault(&options.RetryFirst, defaultRetryFirst)
	setDefault(&options.RetryMax, defaultRetryMax)
	setDefault(&options.ForgetAfter, defaultForgetAfter)
	return &Monitor{
		options: options,
		state:   StateStarting,
		heard:   time.Now(),
		count:   -1,
		xids:    map[string]*xidLog{},
		hangs:   map[int]*hangs{},
		arrived: make(chan struct{}),
	}
}

// Run keeps a child running until ctx is done.
func (m *Monitor) Run(ctx context.Context) {
	pause := m.options.RetryFirst
	for first := true; ctx.Err() == nil; first = false {
		if m.abandoned = stillRunning(m.abandoned); len(m.abandoned) >= maxStuck {
			sleep(ctx, m.options.RetryMax)
			continue
		}
		if !first {
			m.mu.Lock()
			m.restarts++
			m.mu.Unlock()
		}
		began := time.Now()
		replace := false
		leftOut := m.leftOut()
		c, err := startChild(m.options.Command, leftOut)
		if err != nil {
			m.fail(problem{State: StateFailed, Reason: err.Error()})
		} else {
			replace = m.follow(ctx, c, leftOut)
			if !c.stop(stopPatience, m.hearLast) {
				m.abandoned = append(m.abandoned, c)
			}
		}
		if replace {
			pause = m.options.RetryFirst
			continue
		}
		if time.Since(began) > m.options.RetryMax {
			pause = m.options.RetryFirst
		}
		if m.noDriverYet() {
			pause = m.options.RetryMax
		}
		sleep(ctx, pause)
		pause = min(2*pause, m.options.RetryMax)
	}
}

// follow takes in the child's messages until it ends, hangs, or ctx is done. It
// tells whether the child is to be replaced at once, since only a new one can go on.
func (m *Monitor) follow(ctx context.Context, c *childProcess, leftOut []int) (replace bool) {
	patience := m.options.InitTimeout
	silence := time.NewTimer(patience)
	defer silence.Stop()
	m.mu.Lock()
	m.child, m.silence, m.waiting, m.healthAt = c, silence, true, time.Time{}
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.child = nil
		m.mu.Unlock()
	}()
	began := time.Now()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-silence.C:
			m.hang(patience)
			return false
		case msg, ok := <-c.messages:
			switch {
			case !ok:
				select {
				case <-c.reaped:
				case <-time.After(stopPatience): // its output ended, and it did not
				}
				if ctx.Err() == nil {
					m.fail(problem{State: StateFailed, Reason: exitReason(c)})
				}
				return false
			case msg.Problem != nil:
				m.fail(*msg.Problem)
				return false
			case msg.Reopen != nil:
				m.reopen(*msg.Reopen)
				return true
			case msg.XIDs != nil: // these arrive while a reading hangs, too
				m.noteXIDs(msg.XIDs)
			case msg.Sampled != nil:
				m.keepSamples(*msg.Sampled)
				if msg.Sampled.Waits >= m.options.HangAfter {
					m.hang(m.options.HangAfter)
					return false
				}
			case msg.Hello != nil:
				m.greet(*msg.Hello)
				patience = m.options.HangAfter
			case msg.Answer != nil:
				m.take(*msg.Answer)
				// Now it owes nothing, and its successor has the time until the next tick.
				if time.Since(began) > m.options.RetryMax && (m.mayFindMore() || len(m.leftOut()) < len(leftOut)) {
					return true
				}
			}
		}
	}
}

// exitReason says how a child ended that should not have.
func exitReason(c *childProcess) string {
	reason := "the NVML child stopped talking"
	select {
	case <-c.reaped:
		reason = "the NVML child ended by itself"
		if c.exit != nil {
			reason = fmt.Sprintf("the NVML child ended: %v", c.exit)
		}
	default:
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
