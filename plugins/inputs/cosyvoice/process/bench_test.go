package process

import (
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// cpuTime is what this process has used.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkTick is a tick of a real host with a server.
func BenchmarkTick(b *testing.B) {
	for _, others := range []int{10, 500} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) {
			// Stopped, it does not compete for the CPU's caches and clock.
			require.NoError(b, startServer(b, freePort(b)).Process.Signal(syscall.SIGSTOP))
			for range others {
				other := exec.Command("sleep", "1000")
				require.NoError(b, other.Start())
				b.Cleanup(func() {
					_ = other.Process.Kill()
					_ = other.Wait()
				})
			}
			o, err := New(Options{})
			require.NoError(b, err)
			o.table.self = -1
			for o.table.tick < 2*maxPause {
				require.NotEmpty(b, o.Tick(nil).Services)
			}
			began := cpuTime(b)
			for b.Loop() {
				o.Tick(nil)
			}
			b.ReportMetric(float64((cpuTime(b)-began).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// BenchmarkTickInACrowd is a tick of a made-up host with 10,000 processes, of
// which 3,000 ended since the last, and as many began.
func BenchmarkTickInACrowd(b *testing.B) {
	c := newCrowd(b, 10_000)
	c.run(webui(100))
	o := c.observer(Options{})
	for o.table.tick < 2*maxPause {
		require.NotEmpty(b, o.Tick(nil).Services)
	}
	for b.Loop() {
		b.StopTimer()
		c.end(3000)
		c.spawn(3000)
		b.StartTimer()
		o.Tick(nil)
	}
}
