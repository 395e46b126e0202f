package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// burnArgument makes this program the work that is disturbed.
const burnArgument = "burn"

// leastPairs is what the interval of confidence needs.
const leastPairs = 10

// burnSeconds is long enough for one tick of the plugin and its ten samples.
const burnSeconds = 10

// burn hashes on every core and prints how many blocks it did.
func burn(d time.Duration) {
	var blocks atomic.Int64
	var work sync.WaitGroup
	end := time.Now().Add(d)
	for range runtime.NumCPU() {
		work.Go(func() {
			block := make([]byte, 64<<10)
			for time.Now().Before(end) {
				sum := sha256.Sum256(block)
				copy(block, sum[:])
				blocks.Add(1)
			}
		})
	}
	work.Wait()
	fmt.Println(blocks.Load())
}

// effect prints what the plugin takes from work that fills every core, which the
// plugin watches as a server: pairs of runs with and without it, in changing order.
func (l *lab) effect(ctx context.Context, pairs int) error {
	conf, err := os.ReadFile(l.dir + "/cosyvoice.conf")
	if err != nil {
		return err
	}
	watched := string(conf) + "\n  [[inputs.cosyvoice.instance]]\n    name = \"burn\"\n    pattern = \" burn [0-9]+$\"\n"
	if err := l.write("cosyvoice.conf", watched); err != nil {
		return err
	}
	if err := l.gpus(1); err != nil {
		return err
	}
	var changes []float64 // of the throughput, in percent
	for i := range pairs {
		var blocks [2]float64
		for j := range 2 {
			with := (i + j) % 2
			if blocks[with], err = l.throughput(ctx, with == 1); err != nil {
				return err
			}
		}
		changes = append(changes, 100*(blocks[1]-blocks[0])/blocks[0])
		fmt.Fprintf(os.Stderr, "\rpair %d of %d: %+.2f %%   ", i+1, pairs, changes[i])
	}
	fmt.Fprintln(os.Stderr)
	mean, margin := meanAndMargin(changes)
	fmt.Printf("\nThroughput of work on every core with the plugin, against without: %+.2f %% ± %.2f %% "+
		"(mean of %d pairs of %d s, 95 %% confidence).\n", mean, margin, pairs, burnSeconds)
	return nil
}

func (l *lab) throughput(ctx context.Context, watched bool) (float64, error) {
	if watched {
		ctx, cancel := context.WithCancel(ctx)
		plugin, err := l.startPlugin(ctx, 1)
		if err != nil {
			cancel()
			return 0, err
		}
		defer func() {
			cancel()
			_ = plugin.Wait()
		}()
	}
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	out, err := l.command(ctx, self, burnArgument, strconv.Itoa(burnSeconds)).Output()
	if err != nil {
		return 0, fmt.Errorf("the work failed: %w", err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// meanAndMargin is the mean, and half the width of its interval of 95 % confidence.
func meanAndMargin(values []float64) (mean, margin float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	var squares float64
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	return mean, student95(n-1) * math.Sqrt(squares/(n-1)/n)
}

// student95 is the 97.5th percentile of Student's t, by the first terms of its
// expansion around the normal one (Abramowitz and Stegun, 26.7.5): to 0.1 % from 9
// degrees of freedom on.
func student95(freedom float64) float64 {
	const z = 1.959964
	return z + (math.Pow(z, 3)+z)/(4*freedom) +
		(5*math.Pow(z, 5)+16*math.Pow(z, 3)+3*z)/(96*freedom*freedom)
}
