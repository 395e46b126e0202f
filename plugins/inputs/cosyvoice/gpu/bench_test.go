package gpu

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// BenchmarkTick measures ticks as they are in operation, ten seconds apart with the
// samples between them: CPU time of the monitor and of its child. Three are enough:
// -benchtime 3x.
func BenchmarkTick(b *testing.B) {
	for _, gpus := range []int{1, 8} {
		b.Run(fmt.Sprintf("%d GPUs", gpus), func(b *testing.B) {
			dir := b.TempDir()
			library, err := fakenvml.Build(b.Context(), dir)
			require.NoError(b, err)
			state := fakenvml.Default()
			for i := range gpus - 1 {
				state.Devices = append(state.Devices, fakenvml.DefaultDevice(i+1))
			}
			require.NoError(b, fakenvml.Write(filepath.Join(dir, "state"), state))
			b.Setenv(fakenvml.StateVariable, filepath.Join(dir, "state"))

			m := NewMonitor(Options{Command: []string{os.Args[0], "nvml-child", "/", library}, Log: &lines{}})
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				m.Run(ctx)
			}()
			defer func() {
				cancel()
				<-ended
			}()
			m.WaitReady(ctx)
			child := m.Tick(ctx).ChildPID

			own, its := cpuMilliseconds(b, os.Getpid()), cpuMilliseconds(b, child)
			for b.Loop() {
				time.Sleep(10 * time.Second)
				require.Len(b, m.Tick(ctx).GPUs, gpus)
			}
			b.ReportMetric((cpuMilliseconds(b, os.Getpid())-own)/float64(b.N), "monitor-ms/tick")
			b.ReportMetric((cpuMilliseconds(b, child)-its)/float64(b.N), "child-ms/tick")
		})
	}
}

// cpuMilliseconds is what all threads of a process have used (the kernel's
// Documentation/scheduler/sched-stats.rst).
func cpuMilliseconds(b *testing.B, pid int) float64 {
	b.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	require.NoError(b, err)
	sum := 0.0
	for _, path := range threads {
		var nanoseconds float64
		if text, err := os.ReadFile(path); err == nil { // else the thread just ended
			_, err = fmt.Sscan(string(text), &nanoseconds)
			require.NoError(b, err)
		}
		sum += nanoseconds / 1e6
	}
	return sum
}
