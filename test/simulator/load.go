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

// arrivals is an endless sequence of requests that follows from its seed.
type arrivals struct {
	random *rand.Rand
	mean   time.Duration // between two requests
}

func newArrivals(seed uint64, perMinute float64) *arrivals {
	return &arrivals{
		random: rand.New(rand.NewPCG(seed, 0)),
		mean:   time.Duration(float64(time.Minute) / perMinute),
	}
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

// play submits requests as they arrive until ctx ends, and waits for them. A
// request that fails has left its traces in the log; there is nobody else to
// tell.
func (a *arrivals) play(ctx context.Context, submit func(context.Context, request) error) {
	var open sync.WaitGroup
	defer open.Wait()
	for {
		wait, r := a.next()
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		open.Go(func() { _ = submit(ctx, r) })
	}
}
