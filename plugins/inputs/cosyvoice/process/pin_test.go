package process

import (
	"os"
	"path/filepath"
	"regexp"
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
