package process

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/require"
)

// crowd is a machine with very many processes that do nothing. They share one
// folder, so that they are quick to make.
type crowd struct {
	*machine
	next  int
	alive []int // oldest first
}

func newCrowd(t testing.TB, size int) *crowd {
	c := &crowd{machine: newMachine(t), next: 1001}
	c.run(proc{pid: 1000, ppid: 1, start: justNow, argv: "sleep 1000"})
	c.spawn(size)
	return c
}

func (c *crowd) spawn(n int) {
	for range n {
		require.NoError(c.t, os.Symlink("1000", filepath.Join(c.proc, strconv.Itoa(c.next))))
		c.alive = append(c.alive, c.next)
		c.next++
	}
}

// end removes the youngest of the crowd.
func (c *crowd) end(n int) {
	for _, pid := range c.alive[len(c.alive)-n:] {
		require.NoError(c.t, os.Remove(filepath.Join(c.proc, strconv.Itoa(pid))))
	}
	c.alive = c.alive[:len(c.alive)-n]
}

// reads counts the read system calls of this process so far.
func reads(t *testing.T) int {
	self, err := procfs.Self()
	require.NoError(t, err)
	io, err := self.IO()
	require.NoError(t, err)
	return int(io.SyscR)
}

func TestWorkInACrowdIsBounded(t *testing.T) {
	const (
		size = 10_000
		born = 300 // alive at a tick, and new since the last
		// The host, a server, and looking at the counter itself.
		fixed = 150
		// To enter a process is to read stat and cmdline.
		perNew = 2
	)
	c := newCrowd(t, size)
	o := c.observer(Options{})
	o.Tick(nil)
	// Until the first looks are over.
	for range 3 {
		o.Tick(nil)
	}
	most := 0
	for tick := range 12 {
		c.end(born)
		c.spawn(born)
		if tick == 6 {
			c.run(webui(100))
		}
		before := reads(t)
		report := o.Tick(nil)
		most = max(most, reads(t)-before)
		require.Equal(t, tick >= 6, len(report.Services) == 1, "a new server is found at once")
	}
	require.LessOrEqual(t, most, fixed+perNew*born+maxLooks)
	require.Greater(t, most, perNew*born, "the counter counts")
}

// The first look at a crowd does not hold up a tick, and no server is taken for known
// before its parents are.
func TestTheFirstLookAtACrowdIsFinishedLater(t *testing.T) {
	const size = 2000
	c := newCrowd(t, size)
	c.run(proc{pid: 999_000, ppid: 999_001, argv: "python3 webui.py --port 50000", cwd: checkout})
	c.run(proc{pid: 999_001, ppid: 1, argv: "python3 webui.py --port 50000", cwd: checkout})
	c.wait(3 * usualTick) // so old are the processes of the crowd
	o := c.observer(Options{})
	o.table.patience = 5 * time.Millisecond
	report := o.Tick(nil)
	require.True(t, report.Scan.Partial)
	require.NotNil(t, report.Host.MemoryUsedMiB, "what needs no scan is there")
	require.Empty(t, report.Services)
	require.Greater(t, len(o.table.entries), 1, "it has begun")

	o.FinishLook(nil)
	require.Len(t, o.table.entries, size+3)
	for _, known := range o.table.entries {
		require.NotZero(t, known.due, "each was looked at")
	}
	report = o.Tick(nil)
	require.False(t, report.Scan.Partial)
	require.Equal(t, []string{"50000"}, instances(report))
	require.Equal(t, []int{999_000, 999_001}, report.Services[0].PIDs)
	for range 4 {
		require.LessOrEqual(t, o.Tick(nil).Scan.Examined, 1+maxLooks, "they are not all looked at again at once")
	}
}

// Long known processes that are due at the same time are looked at in turn.
func TestNobodyIsForgottenInACrowd(t *testing.T) {
	c := newCrowd(t, 4*maxLooks)
	o := c.observer(Options{})
	looks := 0
	for range 2 * maxPause {
		looks += o.Tick(nil).Scan.Examined
	}
	// After 1, 2, 4, 8, 16 and 32 ticks, and at first; each a little later where
	// more are due than may be looked at.
	require.InDelta(t, 7*len(c.alive), looks, float64(len(c.alive)))
	for pid, known := range o.table.entries {
		require.Greater(t, known.due+4, o.table.tick, pid)
	}
}

// Where /proc hides the processes of others, they are not asked at each tick in vain.
func TestHiddenProcessesAreAskedEverLessOften(t *testing.T) {
	withoutPrivileges(t)
	m := newMachine(t)
	const hidden = 20
	for pid := 100; pid < 100+hidden; pid++ {
		m.run(proc{pid: pid, ppid: 1, argv: "sleep 1000"})
		require.NoError(t, os.Chmod(filepath.Join(m.proc, strconv.Itoa(pid), "stat"), 0))
	}
	o := m.observer(Options{})
	require.Equal(t, hidden, o.Tick(nil).Scan.Processes)
	asked := 0
	for range 63 {
		asked += o.Tick(nil).Scan.Examined
	}
	// After 1, 2, 4, 8, 16, 32 and then each 60 ticks.
	require.Equal(t, 6*hidden, asked)

	// The id of one goes to a server that is not hidden, and another shows itself.
	m.run(webui(100))
	require.Equal(t, []string{"50000"}, instances(o.Tick(nil)))
	m.run(proc{pid: 90, ppid: 1, argv: "sleep 1000"})
	m.exec(101, "python3", "webui.py", "--port", "50001", "--model_dir", "CosyVoice2-0.5B")
	require.NoError(t, os.Chmod(filepath.Join(m.proc, "101", "stat"), 0o644))
	for range maxPause {
		o.Tick(nil)
	}
	require.Equal(t, []string{"50000", "50001"}, instances(o.Tick(nil)))
}

func TestAShellThatBecomesAServerIsFoundWithinTwoTicks(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "/bin/bash /opt/entrypoint.sh", cwd: checkout})
	o := m.observer(Options{})
	for range 2 * maxPause {
		require.Empty(t, o.Tick(nil).Services)
	}
	m.exec(100, "python3", "webui.py")
	o.Tick(nil)
	require.Equal(t, []string{"8000"}, instances(o.Tick(nil)))
}

func TestAPIDThatIsReusedBetweenTicksIsFound(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "sleep 1000"})
	o := m.observer(Options{})
	for range 2 * maxPause {
		o.Tick(nil)
	}
	again := webui(100)
	again.start = 3000
	m.run(again)
	require.Equal(t, []string{"50000"}, instances(o.Tick(nil)))
}

func TestAProcessThatComesToTheGPUIsLookedAt(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "python3 -c x", cwd: checkout})
	o := m.observer(Options{})
	for range 2 * maxPause {
		o.Tick(nil)
	}
	m.exec(100, "python3", "webui.py")
	require.Equal(t, []string{"8000"}, instances(o.Tick(map[int]bool{100: true})))
}

func TestOrphansLeaveTheTree(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	m.run(proc{pid: 101, ppid: 100, argv: "bash worker.sh"})
	m.run(proc{pid: 102, ppid: 101, argv: "ffmpeg -"})
	o := m.observer(Options{})
	require.Equal(t, []int{100, 101, 102}, o.Tick(nil).Services[0].PIDs)
	m.kill(101)
	m.stat(proc{pid: 102, ppid: 1, argv: "ffmpeg -"})
	m.wait(time.Second)
	require.Equal(t, []int{100}, o.Tick(nil).Services[0].PIDs)
	// Its old parent's id goes to a process of another server.
	m.run(proc{pid: 101, ppid: 100, start: 3000, argv: "python3 x.py"})
	require.Equal(t, []int{100, 101}, o.Tick(nil).Services[0].PIDs)
}

// That its new parent cannot be read at once, as with too many files open, is no
// reason to leave an orphan with the old one.
func TestAnOrphanThatCannotBeReadIsAskedAgain(t *testing.T) {
	m := newMachine(t)
	orphan := proc{pid: 102, ppid: 101, argv: "ffmpeg -"}
	m.run(webui(100))
	m.run(proc{pid: 101, ppid: 100, argv: "bash worker.sh"})
	m.run(orphan)
	o := m.observer(Options{})
	require.Equal(t, []int{100, 101, 102}, o.Tick(nil).Services[0].PIDs)

	// The id of the old parent goes to another child of the server.
	require.NoError(t, removeAll(m, "102/stat"))
	m.mkdir("102/stat")
	m.run(proc{pid: 101, ppid: 100, start: 3000, argv: "python3 x.py"})
	require.Equal(t, []int{100, 101}, o.Tick(nil).Services[0].PIDs, "it has no parent for now")

	require.NoError(t, removeAll(m, "102/stat"))
	orphan.ppid = 100
	m.stat(orphan)
	require.Equal(t, []int{100, 101, 102}, o.Tick(nil).Services[0].PIDs)
}

func TestAReadingThatFailsIsNoDeath(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	o := m.observer(Options{})
	o.Tick(nil)
	// The kernel forgot the folder's inode, and the next look fails.
	m.run(webui(100))
	require.NoError(t, removeAll(m, "100/stat"))
	m.mkdir("100/stat")
	report := o.Tick(nil)
	require.Empty(t, report.Events)
	require.True(t, report.Services[0].Up)
	m.run(webui(100))
	require.True(t, o.Tick(nil).Services[0].Up)
}
