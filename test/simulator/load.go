package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// mode is one of upstream's ways to synthesise, by its route's name.
type mode string

const (
	sft          mode = "sft"
	zeroShot     mode = "zero_shot"
	crossLingual mode = "cross_lingual"
)

// request is what a client asks for.
type request struct {
	Mode   mode
	Stream bool
	Text   string
}

// arrivals is a sequence of requests that follows from its seed.
type arrivals struct {
	random *rand.Rand
	count  int           // 0 for no end
	slots  chan struct{} // of the requests at a time; nil for no bound
	mean   time.Duration // between two requests
}

func newArrivals(s settings) *arrivals {
	a := &arrivals{
		random: rand.New(rand.NewPCG(s.Seed, 0)),
		count:  s.Requests,
		mean:   time.Duration(float64(time.Minute) / s.RequestsPerMinute),
	}
	if s.Clients > 0 {
		a.slots = make(chan struct{}, s.Clients)
	}
	return a
}

// next returns a request and the time from the one before it: a Poisson
// process of mostly short texts.
func (a *arrivals) next() (time.Duration, request) {
	wait := time.Duration(a.random.ExpFloat64() * float64(a.mean))
	segments := []int{1, 1, 1, 1, 1, 1, 2, 2, 3, 4}[a.random.IntN(10)]
	return wait, request{
		Mode:   []mode{sft, sft, zeroShot, crossLingual}[a.random.IntN(4)],
		Stream: a.random.IntN(3) == 0,
		Text:   randomText(a.random, segments),
	}
}

// play submits requests as they arrive, or as soon as there is a client for them, until
// ctx ends or it was enough, and waits for them. A request that fails has left its
// traces in the log; there is nobody else to tell.
func (a *arrivals) play(ctx context.Context, submit func(context.Context, request) error) {
	var open sync.WaitGroup
	defer open.Wait()
	for i := 0; a.count == 0 || i < a.count; i++ {
		wait, r := a.next()
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if !a.enter(ctx) {
			return
		}
		open.Go(func() {
			defer a.leave()
			_ = submit(ctx, r)
		})
	}
}

func (a *arrivals) enter(ctx context.Context) bool {
	if a.slots == nil {
		return true
	}
	select {
	case <-ctx.Done():
		return false
	case a.slots <- struct{}{}:
		return true
	}
}

func (a *arrivals) leave() {
	if a.slots != nil {
		<-a.slots
	}
}
