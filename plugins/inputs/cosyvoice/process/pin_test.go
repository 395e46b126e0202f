package process

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPins(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "tts.pid")
	for name, tc := range map[string]struct {
		pin   Pin
		procs []proc
		want  int
	}{
		"pattern": {
			Pin{Pattern: regexp.MustCompile(`tritonserver .*--http-port 18000`)},
			[]proc{{pid: 90, ppid: 1, argv: "bash -c tritonserver --model-repository x --http-port 18000"}, {pid: 100, ppid: 90, argv: "tritonserver --model-repository x --http-port 18000"}}, 100},
		"pid file":               {Pin{PIDFile: pidFile}, []proc{{pid: 100, ppid: 1, argv: "python main.py"}}, 100},
		"port":                   {Pin{Port: 7000}, []proc{{pid: 99, ppid: 1, argv: "python main.py", fds: []string{"socket:[6]"}}, {pid: 100, ppid: 1, argv: "python main.py", fds: []string{"socket:[7]"}}}, 100},
		"port by arguments":      {Pin{Port: 7000}, []proc{{pid: 100, ppid: 1, argv: "python app.py --port 7000", hidden: true}}, 100},
		"pinned child of a tree": {Pin{Port: 7000}, []proc{webui(100), {pid: 101, ppid: 100, argv: "python x.py", fds: []string{"socket:[7]"}}}, 100},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			for _, p := range tc.procs {
				m.run(p)
			}
			m.hostSockets(tcpLine(7000, tcpListen, 7), tcpLine(7001, tcpListen, 6))
			require.NoError(t, os.WriteFile(pidFile, []byte("100\n"), 0o644))
			tc.pin.Name = "tts"
			report := m.observer(Options{Pins: []Pin{tc.pin}}).Tick(nil)
			require.Equal(t, []string{"tts"}, instances(report))
			require.Equal(t, tc.want, report.Services[0].PID)
		})
	}
}

func TestPIDFileThatIsWrittenLater(t *testing.T) {
	m := newMachine(t)
	pidFile := filepath.Join(t.TempDir(), "tts.pid")
	m.run(proc{pid: 100, ppid: 1, argv: "python main.py"})
	o := m.observer(Options{Pins: []Pin{{Name: "tts", PIDFile: pidFile}}})
	for range 20 {
		require.Empty(t, o.Tick(nil).Services)
	}
	require.NoError(t, os.WriteFile(pidFile, []byte("100"), 0o644))
	require.Equal(t, []string{"tts"}, instances(o.Tick(nil)))
}

func TestAPinnedPortIsFoundWhenItOpens(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 99, ppid: 1, argv: "python main.py", fds: []string{"socket:[6]"}})
	m.run(proc{pid: 100, ppid: 1, argv: "python main.py", fds: []string{"socket:[7]"}})
	o := m.observer(Options{Pins: []Pin{{Name: "tts", Port: 7000}}})
	for range 20 {
		require.Empty(t, o.Tick(nil).Services)
	}
	m.hostSockets(tcpLine(7000, "0A", 7))
	report := o.Tick(nil)
	require.Equal(t, []string{"tts"}, instances(report))
	require.Equal(t, 100, report.Services[0].PID)
}

// In the network of a container it is found as soon, at most one tick later.
func TestAPinnedPortIsFoundInEveryNetwork(t *testing.T) {
	m := newMachine(t)
	const networks = 2 * maxNetworks
	last := 100 + networks - 1
	for pid := 100; pid <= last; pid++ {
		m.run(proc{pid: pid, ppid: 1, argv: "python main.py", fds: []string{"socket:[7]"}})
		m.sockets(strconv.Itoa(pid))
		m.socketsInUse(pid, 5)
	}
	m.run(proc{pid: 1000, ppid: last, argv: "python main.py", fds: []string{"socket:[8]"}})
	for _, file := range []string{"tcp", "tcp6"} {
		require.NoError(t, os.Remove(filepath.Join(m.proc, "1000/net", file)))
		require.NoError(t, os.Link(filepath.Join(m.proc, strconv.Itoa(last), "net", file), filepath.Join(m.proc, "1000/net", file)))
	}
	m.socketsInUse(1000, 5)
	o := m.observer(Options{Pins: []Pin{{Name: "tts", Port: 7000}}})
	tick := func() Report {
		report := o.Tick(nil)
		require.LessOrEqual(t, listedNetworks(o), maxNetworkReads, "the work of a tick is bounded")
		return report
	}
	for range 2 * networks / maxNetworkReads {
		require.Empty(t, tick().Services)
	}
	require.Zero(t, listedNetworks(o), "nothing has changed")

	m.write("1000/net/tcp", tcpHeader+tcpLine(7000, tcpListen, 8))
	m.socketsInUse(last, 6)
	m.socketsInUse(1000, 6)
	report := tick()
	if len(report.Services) == 0 {
		report = tick()
	}
	require.Equal(t, []string{"tts"}, instances(report))
	require.Equal(t, 1000, report.Services[0].PID)

	for pid := 100; pid < last; pid++ {
		m.socketsInUse(pid, 6)
	}
	tick()
	require.LessOrEqual(t, listedNetworks(o), 1, "nobody is missing")
}

// listedNetworks counts those of which the sockets were listed at the last tick.
func listedNetworks(o *Observer) int {
	n := 0
	for _, namespace := range o.sockets.namespaces {
		if namespace.v4 != nil {
			n++
		}
	}
	return n
}

func TestUnusablePinsAreRefused(t *testing.T) {
	for want, pins := range map[string][]Pin{
		"has no name":        {{Port: 1}},
		"give exactly one":   {{Name: "a"}},
		"named in 2 ways":    {{Name: "a", Port: 1, PIDFile: "x"}},
		"named in 3 ways":    {{Name: "a", Port: 1, Unit: "x", Cgroup: "y"}},
		"from 1 to 65535":    {{Name: "a", Port: 70000}},
		"each its own name":  {{Name: "a", Port: 1}, {Name: "a", Port: 2}},
		"give one from 1 to": {{Name: "a", Port: -1}},
	} {
		_, err := New(Options{Pins: pins})
		require.ErrorContains(t, err, want)
	}
}

func TestAMissingProcFileSystemIsRefused(t *testing.T) {
	_, err := New(Options{ProcRoot: filepath.Join(t.TempDir(), "none")})
	require.ErrorContains(t, err, "open the proc file system")
	_, err = New(Options{ProcRoot: t.TempDir()})
	require.ErrorContains(t, err, "read the boot time")
}
