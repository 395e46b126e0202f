package process

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func removeAll(m *machine, name string) error { return os.RemoveAll(filepath.Join(m.proc, name)) }

func TestHost(t *testing.T) {
	m := newMachine(t)
	o := m.observer(Options{})
	host := o.Tick(nil).Host
	require.Nil(t, host.CPUUsagePercent, "one reading has no interval")
	require.InDelta(t, 768, *host.MemoryUsedMiB, 0.001)
	require.InDelta(t, 1024, *host.MemoryTotalMiB, 0.001)
	require.InDelta(t, 1.5, *host.Load1, 0.001)

	m.hostCPU(130, 170)
	require.InDelta(t, 30, *o.Tick(nil).Host.CPUUsagePercent, 0.001)
	require.Nil(t, o.Tick(nil).Host.CPUUsagePercent, "no time has passed")

	require.NoError(t, removeAll(m, "meminfo"))
	host = o.Tick(nil).Host
	require.Nil(t, host.MemoryUsedMiB)
	require.NotNil(t, host.Load1)
}

func TestCPUAndMemoryOverAnInterval(t *testing.T) {
	m := newMachine(t)
	page := uint64(os.Getpagesize())
	server, child := webui(100), proc{pid: 101, ppid: 100, argv: "python3 worker.py", rssPages: 10}
	server.cpu, server.rssPages = 1000, 100
	m.run(server)
	m.run(child)
	o := m.observer(Options{})
	service := o.Tick(nil).Services[0]
	require.Nil(t, service.CPUPercent, "one reading has no interval")
	require.Equal(t, 110*page, *service.RSSBytes)

	for second := range 10 {
		m.wait(time.Second)
		server.cpu += 10
		server.rssPages = 100
		if second == 3 {
			server.cpu += 80
			server.rssPages = 500
		}
		m.stat(server)
		o.sample(o.stats, o.options.Now())
	}
	newborn := proc{pid: 102, ppid: 101, argv: "ffmpeg -", cpu: 20}
	m.run(newborn)
	service = o.Tick(nil).Services[0]
	require.InDelta(t, 20, *service.CPUPercent, 0.001)
	require.InDelta(t, 90, *service.CPUMaxPercent, 0.001)
	require.InDelta(t, 10, *service.CPUMinPercent, 0.001)
	require.Equal(t, 510*page, *service.RSSMaxBytes)
	require.Equal(t, 110*page, *service.RSSMinBytes)
	require.Equal(t, []RoleName{RoleMain, RoleWorker, RoleHelper}, roleNamesOf(service))
	require.InDelta(t, 18, *service.Roles[0].CPUPercent, 0.001)
	require.InDelta(t, 0, *service.Roles[1].CPUPercent, 0.001)
	require.InDelta(t, 2, *service.Roles[2].CPUPercent, 0.001)

	// A child that ends keeps what it used before.
	child.cpu += 300
	m.stat(child)
	m.wait(time.Second)
	o.sample(o.stats, o.options.Now())
	m.kill(101)
	m.kill(102)
	m.wait(9 * time.Second)
	service = o.Tick(nil).Services[0]
	require.InDelta(t, 30, *service.CPUPercent, 0.001)
	require.Equal(t, []int{100}, service.PIDs)
}

func roleNamesOf(s Service) []RoleName {
	var names []RoleName
	for _, role := range s.Roles {
		names = append(names, role.Name)
	}
	return names
}

func TestCountersOfARoleNeverStepBack(t *testing.T) {
	m := newMachine(t)
	server := webui(100)
	server.fds = []string{"/dev/null", "/dev/zero"}
	m.run(server)
	m.write("100/task/101/schedstat", "5000000000 1000000000 10\n")
	o := m.observer(Options{})
	role := o.Tick(nil).Services[0].Roles[0]
	require.InDelta(t, 1.002, *role.CPUWaitSecondsTotal, 1e-9)
	require.EqualValues(t, 13, *role.ContextSwitchesTotal)
	require.Nil(t, role.HottestThreadPercent)
	require.Equal(t, 2, *role.FDs)
	require.Equal(t, 2, *role.Threads)
	require.EqualValues(t, 4096, *role.IOReadBytesTotal)
	require.EqualValues(t, 8192, *role.IOWriteBytesTotal)

	m.write("100/task/101/schedstat", "9000000000 2000000000 20\n")
	m.wait(10 * time.Second)
	role = o.Tick(nil).Services[0].Roles[0]
	require.InDelta(t, 40, *role.HottestThreadPercent, 0.001)
	require.InDelta(t, 2.002, *role.CPUWaitSecondsTotal, 1e-9)
	require.EqualValues(t, 23, *role.ContextSwitchesTotal)

	// The thread ends, and its id goes to another one.
	require.NoError(t, removeAll(m, "100/task/101"))
	m.wait(10 * time.Second)
	require.EqualValues(t, 23, *o.Tick(nil).Services[0].Roles[0].ContextSwitchesTotal)
	m.write("100/task/101/schedstat", "1000000000 500000000 5\n")
	m.wait(10 * time.Second)
	role = o.Tick(nil).Services[0].Roles[0]
	require.InDelta(t, 10, *role.HottestThreadPercent, 0.001)
	require.InDelta(t, 2.502, *role.CPUWaitSecondsTotal, 1e-9)
	require.EqualValues(t, 28, *role.ContextSwitchesTotal)
	require.EqualValues(t, 4096, *role.IOReadBytesTotal)
	m.write("100/task/101/schedstat", "2000000 1000000 2\n")
	require.EqualValues(t, 30, *o.Tick(nil).Services[0].Roles[0].ContextSwitchesTotal)
}

// As when this program has too many files open for a moment.
func TestThreadsThatCouldNotBeReadDoNotCountAnew(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	m.write("100/task/100/schedstat", "9000000000 2000000000 20\n")
	o := m.observer(Options{})
	o.Tick(nil)
	require.NoError(t, removeAll(m, "100/task"))
	m.wait(10 * time.Second)
	require.Nil(t, o.Tick(nil).Services[0].Roles[0].HottestThreadPercent)
	m.write("100/task/100/schedstat", "10000000000 2000000000 21\n")
	m.wait(10 * time.Second)
	role := o.Tick(nil).Services[0].Roles[0]
	require.InDelta(t, 10, *role.HottestThreadPercent, 0.001)
	require.EqualValues(t, 21, *role.ContextSwitchesTotal)
}

func TestWhatIsNotReadableIsAbsent(t *testing.T) {
	m := newMachine(t)
	p := webui(100)
	p.hidden = true
	m.run(p)
	m.write("100/task/100/schedstat", "0 0 0\n")
	service := m.observer(Options{}).Tick(nil).Services[0]
	role := service.Roles[0]
	require.Nil(t, role.FDs)
	require.Nil(t, role.IOReadBytesTotal)
	require.Nil(t, role.IOWriteBytesTotal)
	require.Nil(t, role.PSSBytes)
	require.Nil(t, role.CPUWaitSecondsTotal)
	require.Nil(t, role.ContextSwitchesTotal)
	require.Nil(t, service.CgroupMemoryBytes)
	require.NotNil(t, role.RSSBytes)
	require.NotNil(t, service.UptimeSeconds)
}
