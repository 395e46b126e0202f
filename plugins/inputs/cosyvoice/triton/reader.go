// Package triton reads what a Triton Inference Server counts of its models: the only
// figures that upstream's Triton deployment of CosyVoice gives about its requests.
package triton

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/plainhttp"
)

const (
	timeout   = 2 * time.Second
	bodyLimit = 4 << 20 // histograms of dozens of models have less
	statusOK  = 200
)

// Logger is the part of telegraf.Logger that this package uses.
type Logger interface {
	Infof(format string, args ...any)
	Warnf(format string, args ...any)
}

// Reading is what one server told.
type Reading struct {
	Instance string
	At       time.Time // when it was to be asked
	Models   []Model   // in order of their names
}

// Reader asks servers beside the ticks. Ask and Take are called from one goroutine, Run
// from another.
type Reader struct {
	log    Logger
	rounds chan round

	mu       sync.Mutex
	underWay map[string]bool // by instance
	silent   map[string]bool // those that did not answer last
	readings []Reading
}

type round struct {
	at      time.Time
	servers map[string]netip.AddrPort
}

// NewReader returns a reader that does nothing before Run.
func NewReader(log Logger) *Reader {
	return &Reader{
		log:      log,
		rounds:   make(chan round, 1),
		underWay: map[string]bool{},
		silent:   map[string]bool{},
	}
}

// Ask has the servers asked, by the addresses of their metrics, and does not wait.
func (r *Reader) Ask(at time.Time, servers map[string]netip.AddrPort) {
	if len(servers) == 0 {
		return
	}
	select {
	case r.rounds <- round{at, servers}:
	default: // the one before has not even begun
	}
}

// Take returns what was told since the last time.
func (r *Reader) Take() []Reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	readings := r.readings
	r.readings = nil
	return readings
}

// Run asks until ctx ends, and returns when nobody is asked any more.
func (r *Reader) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case round := <-r.rounds:
			for instance, address := range round.servers {
				if r.begin(instance) {
					work.Go(func() { r.ask(ctx, round.at, instance, address) })
				}
			}
		}
	}
}

// begin tells whether a server is to be asked: not while it still is.
func (r *Reader) begin(instance string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.underWay[instance] {
		return false
	}
	r.underWay[instance] = true
	return true
}

func (r *Reader) ask(ctx context.Context, at time.Time, instance string, address netip.AddrPort) {
	models, err := fetch(ctx, address)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.underWay, instance)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		if !r.silent[instance] {
			r.log.Warnf("The requests of Triton server %q are not counted: %v; it is asked again at each tick", instance, err)
		}
		r.silent[instance] = true
	default:
		if r.silent[instance] {
			r.log.Infof("The requests of Triton server %q are counted again", instance)
		}
		delete(r.silent, instance)
		r.readings = append(r.readings, Reading{instance, at, models})
	}
}

func fetch(ctx context.Context, address netip.AddrPort) (models []Model, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = plainhttp.Get(ctx, address, "/metrics", bodyLimit, func(response *plainhttp.Response) error {
		if response.StatusCode != statusOK {
			return fmt.Errorf("status %s", response.Status)
		}
		models, err = parse(response.Body)
		return err
	})
	return models, err
}
