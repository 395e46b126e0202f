package process

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/plainhttp"
)

// ProbeOptions says whether and how servers are asked if they answer.
type ProbeOptions struct {
	Enabled bool
	// Timeout is that of one probe; 2 s if zero.
	Timeout time.Duration
	// Interval is the time between two probes of a server; 10 s if zero.
	Interval time.Duration
}

const (
	defaultProbeTimeout  = 2 * time.Second
	defaultProbeInterval = 10 * time.Second
	probeBodyLimit       = 4 << 10
	firstServerError     = 500 // HTTP status
)

// Paths that answer without work. A GET of FastAPI's own routes would
// synthesise speech, and Gradio's monitoring page changes the server.
var probePaths = map[api]string{
	apiGradio:  "/gradio_api/queue/status",
	apiFastAPI: "/docs",
	apiTriton:  "/v2/health/ready",
	apiOther:   "/health",
}

// target is where a server can be asked.
type target struct {
	api     api
	address netip.AddrPort
}

// answer is the outcome of the last probe.
type answer struct {
	latency  time.Duration
	failures int // in a row, this probe included
}

// prober asks the servers it watches at its own pace, beside the ticks.
type prober struct {
	options ProbeOptions
	added   chan struct{}

	mu      sync.Mutex
	watched map[processID]*watched
}

type watched struct {
	target   target
	underWay bool
	asked    bool // at least once
	fresh    bool // not yet taken
	answer   answer
}

func newProber(options ProbeOptions) *prober {
	if options.Timeout <= 0 {
		options.Timeout = defaultProbeTimeout
	}
	if options.Interval <= 0 {
		options.Interval = defaultProbeInterval
	}
	return &prober{
		options: options,
		added:   make(chan struct{}, 1),
		watched: make(map[processID]*watched),
	}
}

// watch replaces the servers to ask. A new one is asked at once.
func (p *prober) watch(targets map[processID]target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range p.watched {
		if _, ok := targets[id]; !ok {
			delete(p.watched, id)
		}
	}
	for id, t := range targets {
		if w := p.watched[id]; w != nil && w.target == t {
			continue
		}
		p.watched[id] = &watched{target: t}
		select {
		case p.added <- struct{}{}:
		default:
		}
	}
}

// take returns the last answer; fresh is false if there is none since the last
// call.
func (p *prober) take(id processID) (last answer, fresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.watched[id]
	if w == nil || !w.fresh {
		return answer{}, false
	}
	w.fresh = false
	return w.answer, true
}

// run probes until the context ends, and returns when the last probe has.
func (p *prober) run(ctx context.Context) {
	var probes sync.WaitGroup
	defer probes.Wait()
	ticker := time.NewTicker(p.options.Interval)
	defer ticker.Stop()
	for {
		onlyNew := true
		select {
		case <-ctx.Done():
			return
		case <-p.added:
		case <-ticker.C:
			onlyNew = false
		}
		for _, w := range p.due(onlyNew) {
			probes.Go(func() { p.probe(ctx, w) })
		}
	}
}

// due returns the servers to ask now, and marks them so that a slow one is not
// asked twice at a time.
func (p *prober) due(onlyNew bool) []*watched {
	p.mu.Lock()
	defer p.mu.Unlock()
	var due []*watched
	for _, w := range p.watched {
		if w.underWay || (onlyNew && w.asked) {
			continue
		}
		w.underWay, w.asked = true, true
		due = append(due, w)
	}
	return due
}

func (p *prober) probe(ctx context.Context, w *watched) {
	limited, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	began := time.Now()
	err := p.ask(limited, w.target)
	latency := time.Since(began)

	p.mu.Lock()
	defer p.mu.Unlock()
	w.underWay = false
	if ctx.Err() != nil {
		return
	}
	w.fresh, w.answer.latency = true, latency
	if err != nil {
		w.answer.failures++
	} else {
		w.answer.failures = 0
	}
}

// ask returns nil if the server answers: any HTTP status below 500, for a 404
// or 401 is given by a server that runs; for an RPC server, that it accepts.
func (p *prober) ask(ctx context.Context, t target) error {
	if t.api == apiRPC {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.address.String())
		if err != nil {
			return fmt.Errorf("connect to the server's port: %w", err)
		}
		return connection.Close()
	}
	err := plainhttp.Get(ctx, t.address, probePaths[t.api], probeBodyLimit, func(response *plainhttp.Response) error {
		if response.StatusCode >= firstServerError {
			return fmt.Errorf("status %s", response.Status)
		}
		// What is left of a small answer is read, so that the server does not see its
		// connection cut.
		_, _ = io.Copy(io.Discard, response.Body)
		return nil
	})
	if err != nil {
		return fmt.Errorf("probe the server: %w", err)
	}
	return nil
}
