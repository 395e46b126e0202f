package process

import (
	"os"
	"testing"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/require"
)

func TestListProcesses(t *testing.T) {
	l := lister{root: procfs.DefaultMountPoint}
	first, err := l.list()
	require.NoError(t, err)
	own := listed{}
	for _, p := range first {
		if p.pid == os.Getpid() {
			own = p
		}
	}
	require.NotZero(t, own)
	again, err := l.list()
	require.NoError(t, err)
	require.Contains(t, again, own, "a process keeps its inode")

	_, err = (&lister{root: t.TempDir() + "/none"}).list()
	require.ErrorContains(t, err, "none")
}

func TestParsePID(t *testing.T) {
	for name, want := range map[string]int{"1": 1, "4194304": 4194304, "self": 0, "": 0, "12a": 0, "-1": 0, "0": 0, "99999999999999999999": 0} {
		pid, ok := parsePID([]byte(name))
		require.Equal(t, want != 0, ok, name)
		if ok {
			require.Equal(t, want, pid)
		}
	}
}

func FuzzAppendProcesses(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x18\x00\x04123\x00\x00"))
	f.Fuzz(func(t *testing.T, records []byte) {
		for _, p := range appendProcesses(nil, records) {
			if p.pid <= 0 {
				t.Fatalf("process %d", p.pid)
			}
		}
	})
}
