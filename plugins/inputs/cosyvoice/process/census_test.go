package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/require"
)

// town is a /proc in which processes come and go.
type town struct {
	t      *testing.T
	root   string
	census *census
}

func newTown(t *testing.T, pids ...int) *town {
	w := &town{t: t, root: t.TempDir()}
	w.census = newCensus(w.root, func(pid int) bool {
		_, err := os.Stat(w.folder(pid))
		return err == nil
	})
	require.NoError(t, os.Mkdir(filepath.Join(w.root, "sys"), 0o755))
	for _, pid := range pids {
		w.born(pid)
	}
	w.newest(pids[len(pids)-1])
	w.check(true)
	return w
}

func (w *town) folder(pid int) string { return filepath.Join(w.root, strconv.Itoa(pid)) }

func (w *town) born(pid int) { require.NoError(w.t, os.Mkdir(w.folder(pid), 0o755)) }

func (w *town) ends(pid int) { require.NoError(w.t, os.Remove(w.folder(pid))) }

func (w *town) newest(pid int) {
	text := fmt.Sprintf("0.30 0.25 0.20 2/300 %d\n", pid)
	require.NoError(w.t, os.WriteFile(filepath.Join(w.root, "loadavg"), []byte(text), 0o600))
}

// check compares the census with a listing, and looks whether it took one.
func (w *town) check(takesListing bool) {
	w.t.Helper()
	want, err := (&lister{root: w.root}).list()
	require.NoError(w.t, err)
	got, err := w.census.list()
	require.NoError(w.t, err)
	require.ElementsMatch(w.t, want, got)
	require.Equal(w.t, takesListing, w.census.age == 0)
}

func TestCensus(t *testing.T) {
	for name, tc := range map[string]struct {
		happens      func(*town)
		takesListing bool
	}{
		"nothing":             {happens: func(*town) {}},
		"a birth":             {happens: func(w *town) { w.born(21); w.newest(21) }},
		"births and threads":  {happens: func(w *town) { w.born(21); w.born(25); w.newest(26) }},
		"a death":             {happens: func(w *town) { w.ends(5) }},
		"a birth and a death": {happens: func(w *town) { w.ends(5); w.born(21); w.newest(21) }},
		"a short life":        {happens: func(w *town) { w.newest(22) }},
		"a birth among the old, as of a process that is restored": {
			happens: func(w *town) { w.born(9) }, takesListing: true,
		},
		"a birth during a listing": {
			happens: func(w *town) { w.born(21); w.check(true); w.newest(21) },
		},
		"ids that begin anew":          {happens: func(w *town) { w.born(3); w.newest(3) }, takesListing: true},
		"an id that is used once more": {happens: func(w *town) { w.ends(5); w.born(5); w.newest(5) }, takesListing: true},
		"too many ids to ask for":      {happens: func(w *town) { w.born(21); w.newest(1000) }, takesListing: true},
		"a folder that is no process":  {happens: func(w *town) { w.born(0) }, takesListing: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t, 1, 5, 7, 20)
			tc.happens(w)
			w.check(tc.takesListing)
			w.check(false)
		})
	}
}

func TestCensusTakesAListingNowAndThen(t *testing.T) {
	w := newTown(t, 1, 5)
	for range maxCensusAge {
		w.check(false)
	}
	w.check(true)
}

func TestCensusOfThisHost(t *testing.T) {
	c := newCensus(procfs.DefaultMountPoint, isProcess)
	find := func(pid int) (found listed) {
		people, err := c.list()
		require.NoError(t, err)
		for _, p := range people {
			if p.pid == pid {
				require.Zero(t, found, "listed once")
				found = p
			}
		}
		return found
	}
	require.NotZero(t, find(os.Getpid()))
	if namespace, _ := pidNamespace(procfs.DefaultMountPoint); namespace == initialNamespace {
		require.Eventually(t, func() bool { find(1); return c.age > 0 }, 10*time.Second, time.Millisecond)
	}
	for range 20 {
		child := exec.Command("sleep", "infinity")
		require.NoError(t, child.Start())
		found := find(child.Process.Pid)
		require.NotZero(t, found)
		require.Equal(t, found, find(child.Process.Pid))
		require.NoError(t, child.Process.Kill())
		_ = child.Wait()
		require.Zero(t, find(child.Process.Pid))
	}
}
