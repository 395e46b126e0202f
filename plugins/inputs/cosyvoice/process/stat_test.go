package process

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	const after = " 7 7 7 0 -1 4194304 1 0 0 0 30 12 0 0 20 0 48 0 60000 1000 250 18446744073709551615 1 1 0"
	want := stat{state: 'S', ppid: 7, cpuTicks: 42, threads: 48, start: 60000, rssBytes: 250 * uint64(os.Getpagesize())}
	for _, name := range []string{"python3", "pt main", "a) R 1 (b", ") ", ""} {
		got, err := parseStat([]byte("1200 (" + name + ") S" + after + "\n"))
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
	for _, line := range []string{"", "1200", "1200 (python3) S", "1200 (python3) SS" + after, "1200 (python3) S x" + after, "1200 (python3) S 1 2 3\n"} {
		_, err := parseStat([]byte(line))
		require.Error(t, err, line)
	}
}

// procfs is the oracle for a real process.
func TestStatIsThatOfProcfs(t *testing.T) {
	sleep := exec.Command("sleep", "60")
	require.NoError(t, sleep.Start())
	defer func() {
		_ = sleep.Process.Kill()
		_ = sleep.Wait()
	}()
	p, err := procfs.NewProc(sleep.Process.Pid)
	require.NoError(t, err)
	reader := statReader{root: "/proc"}
	require.Eventually(t, func() bool { // the two are not read at the same instant
		want, err := p.Stat()
		require.NoError(t, err)
		got, err := reader.read(p.PID)
		require.NoError(t, err)
		return got == stat{
			state: want.State[0], ppid: want.PPID, cpuTicks: uint64(want.UTime + want.STime),
			threads: want.NumThreads, start: want.Starttime, rssBytes: uint64(want.ResidentMemory()),
		}
	}, 30*time.Second, 10*time.Millisecond)

	_, err = reader.read(1 << 22)
	require.True(t, isNoProcess(err), "%v", err)
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("1 (a) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 1 1 1 1\n"))
	f.Add([]byte("1 () )"))
	f.Fuzz(func(t *testing.T, line []byte) {
		s, err := parseStat(line)
		if err == nil && (s.ppid < 0 || s.state == 0) {
			t.Fatalf("%q gave %+v", line, s)
		}
	})
}
