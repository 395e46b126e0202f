package process

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Between two ticks nobody but the recorder looks, and the tick tells of every second.
func TestSecondsBetweenTicks(t *testing.T) {
	port := freePort(t)
	instance := strconv.Itoa(port)
	server := startServer(t, port)
	o := liveObserver(t)
	require.True(t, serviceOf(o.Tick(nil), instance).Up)
	time.Sleep(3200 * time.Millisecond)
	service := serviceOf(o.Tick(nil), instance)
	samples := service.Samples
	require.GreaterOrEqual(t, len(samples), 3)
	for i := 1; i < len(samples)-1; i++ { // the last one is the tick's own
		require.InDelta(t, 1, samples[i].At.Sub(samples[i-1].At).Seconds(), 0.5)
		require.Greater(t, samples[i].CPUPercent, 5.0, "it keeps a core busy")
		require.Greater(t, samples[i].RSSBytes, uint64(1<<20))
	}
	require.LessOrEqual(t, *service.CPUMinPercent, *service.CPUMaxPercent)

	time.Sleep(1200 * time.Millisecond)
	require.NoError(t, server.Process.Kill())
	_ = server.Wait()
	died := time.Now()
	time.Sleep(2200 * time.Millisecond)
	report := o.Tick(nil)
	require.Equal(t, []EventKind{EventExit}, kindsOf(report, instance))
	exit := report.Events[len(report.Events)-1]
	require.WithinDuration(t, died, exit.When, 1500*time.Millisecond, "not the time of the tick")
	require.NotEmpty(t, serviceOf(report, instance).Samples, "its last seconds")
	require.Empty(t, serviceOf(o.Tick(nil), instance).Samples, "are told once")
}

func TestRecorderOpensNoOtherProcess(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 7, start: 100, argv: "a"})
	r, err := newRecorder(m.proc)
	require.NoError(t, err)
	old := processID{7, 100 * clockTicks}
	r.watch([]processID{old, {7, 200 * clockTicks}, {8, 1}})
	require.Len(t, r.targets, 1)
	require.Equal(t, old, r.targets[0].id)
	file := r.targets[0].file
	r.watch([]processID{old})
	require.Equal(t, file, r.targets[0].file, "what is watched on stays open")
	r.watch(nil)
	_, err = unix.FcntlInt(uintptr(file), unix.F_GETFD, 0)
	require.ErrorIs(t, err, unix.EBADF)
}

func TestRoundSaysWhatItKnows(t *testing.T) {
	line, err := os.ReadFile("/proc/self/stat")
	require.NoError(t, err)
	r := round{lines: map[int][]byte{1: line, 2: nil}}
	s, err := r.read(1)
	require.NoError(t, err)
	require.NotZero(t, s.rssBytes)
	_, err = r.read(2)
	require.True(t, isNoProcess(err))
	_, err = r.read(3)
	require.Error(t, err)
	require.False(t, isNoProcess(err))
}
