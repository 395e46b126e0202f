package process

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// bootTime is that of the fixture's machine.
var bootTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// justNow is a start that the fixture's clock has just passed.
const justNow = 3599

// unhurried lets the first look end in one tick however busy the host of the tests is.
const unhurried = time.Minute

// machine is a made-up host: a proc tree, a file system and a clock.
type machine struct {
	t     testing.TB
	proc  string
	files string
	now   time.Time
}

func newMachine(t testing.TB) *machine {
	m := &machine{t: t, proc: t.TempDir(), files: t.TempDir(), now: bootTime.Add(time.Hour)}
	m.hostCPU(100, 100)
	m.write("meminfo", "MemTotal: 1048576 kB\nMemFree: 1000 kB\nMemAvailable: 262144 kB\n")
	m.write("loadavg", "1.50 1.00 0.50 1/100 999\n")
	m.mkdir("self/net")
	m.sockets("self")
	return m
}

func (m *machine) observer(options Options) *Observer {
	options.ProcRoot = m.proc
	options.Now = func() time.Time { return m.now }
	o, err := New(options)
	require.NoError(m.t, err)
	o.table.patience = unhurried
	return o
}

func (m *machine) wait(d time.Duration) { m.now = m.now.Add(d) }

func (m *machine) hostCPU(busy, idle int) {
	m.write("stat", fmt.Sprintf("cpu  %d 0 0 %d 0 0 0 0 0 0\nbtime %d\n", busy, idle, bootTime.Unix()))
}

// proc is a process of the machine. Empty links and files are not readable.
type proc struct {
	pid, ppid int
	start     int // seconds after boot; the pid if 0
	argv      string
	comm      string // name of the first argument if empty
	state     string // S if empty
	cwd, exe  string
	environ   string
	cgroup    string
	fds       []string
	cpu       int // clock ticks
	rssPages  int
	inside    []int // its ids in the namespaces below
	hidden    bool  // another user's: no root, fd, io
}

func (m *machine) run(p proc) {
	dir := strconv.Itoa(p.pid)
	// Made before the old one goes, so that it has another inode.
	m.mkdir("new")
	m.kill(p.pid)
	require.NoError(m.t, os.Rename(filepath.Join(m.proc, "new"), filepath.Join(m.proc, dir)))
	m.stat(p)
	m.exec(p.pid, strings.Fields(p.argv)...)
	m.write(dir+"/cgroup", p.cgroup)
	m.write(dir+"/comm", p.name()+"\n")
	m.write(dir+"/status", "Name:\t"+p.name()+"\nNSpid:\t"+p.ids()+"\n")
	m.write(dir+"/task/"+dir+"/schedstat", "1000000 2000000 3\n")
	m.mkdir(dir + "/net")
	for _, file := range []string{"tcp", "tcp6"} {
		require.NoError(m.t, os.Link(filepath.Join(m.proc, "self/net", file), filepath.Join(m.proc, dir, "net", file)))
	}
	if p.hidden {
		return
	}
	m.link(m.files, dir+"/root")
	m.write(dir+"/io", "rchar: 1\nwchar: 1\nsyscr: 1\nsyscw: 1\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 0\n")
	m.write(dir+"/environ", p.environ)
	if p.cwd != "" {
		m.link(p.cwd, dir+"/cwd")
	}
	if p.exe != "" {
		m.link(p.exe, dir+"/exe")
	}
	m.mkdir(dir + "/fd")
	for i, target := range p.fds {
		m.link(target, dir+"/fd/"+strconv.Itoa(i))
	}
}

// exec gives a process another command line.
func (m *machine) exec(pid int, argv ...string) {
	m.write(strconv.Itoa(pid)+"/cmdline", strings.Join(argv, "\x00")+"\x00")
}

func (p proc) name() string {
	if p.comm != "" {
		return p.comm
	}
	return filepath.Base(strings.Fields(p.argv)[0])
}

// ids are those in all namespaces, as in /proc/<pid>/status.
func (p proc) ids() string {
	return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(append([]int{p.pid}, p.inside...)), "[]")), "\t")
}

// stat writes only the numbers, as when a process goes on running.
func (m *machine) stat(p proc) {
	if p.start == 0 {
		p.start = p.pid
	}
	if p.state == "" {
		p.state = "S"
	}
	m.write(strconv.Itoa(p.pid)+"/stat", fmt.Sprintf(
		"%d (%s) %s %d 1 1 0 -1 0 0 0 0 0 %d 0 0 0 20 0 2 0 %d 0 %d 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
		p.pid, p.name(), p.state, p.ppid, p.cpu, p.start*clockTicks, p.rssPages))
}

func (m *machine) kill(pid int) {
	require.NoError(m.t, os.RemoveAll(filepath.Join(m.proc, strconv.Itoa(pid))))
}

// tcpLine is one IPv4 socket bound to every address.
func tcpLine(port int, state string, inode int) string {
	return fmt.Sprintf("   0: 00000000:%04X 00000000:0000 %s 00000000:00000000 00:00000000 00000000 0 0 %d 1 0 100 0 0 10 0\n", port, state, inode)
}

const tcpHeader = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

// sockets puts a process into a network namespace of its own.
func (m *machine) sockets(process string, lines ...string) {
	for file, lines := range map[string][]string{"tcp": lines, "tcp6": nil} {
		_ = os.Remove(filepath.Join(m.proc, process, "net", file))
		m.write(process+"/net/"+file, tcpHeader+strings.Join(lines, ""))
	}
}

// socketsInUse sets their number in the network namespace of a process.
func (m *machine) socketsInUse(pid, number int) {
	m.write(strconv.Itoa(pid)+"/net/sockstat", fmt.Sprintf("sockets: used 9\nTCP: inuse %d orphan 0 tw 58 alloc 4 mem 114\n", number))
}

// hostSockets sets the sockets of the namespace that the machine's processes
// share.
func (m *machine) hostSockets(lines ...string) {
	m.write("self/net/tcp", tcpHeader+strings.Join(lines, ""))
}

func (m *machine) write(name, content string) {
	m.mkdir(filepath.Dir(name))
	require.NoError(m.t, os.WriteFile(filepath.Join(m.proc, name), []byte(content), 0o644))
}

func (m *machine) mkdir(name string) {
	require.NoError(m.t, os.MkdirAll(filepath.Join(m.proc, name), 0o755))
}

func (m *machine) link(target, name string) {
	m.mkdir(filepath.Dir(name))
	require.NoError(m.t, os.Symlink(target, filepath.Join(m.proc, name)))
}

// file puts a file into the machine's file system.
func (m *machine) file(name, content string) {
	name = filepath.Join(m.files, name)
	require.NoError(m.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(m.t, os.WriteFile(name, []byte(content), 0o644))
}

func webui(pid int) proc {
	return proc{pid: pid, ppid: 1, argv: "python3 webui.py --port 50000 --model_dir pretrained_models/Fun-CosyVoice3-0.5B", cwd: "/root/CosyVoice"}
}

func instances(r Report) []string {
	var names []string
	for _, s := range r.Services {
		names = append(names, s.Instance)
	}
	return names
}

func kinds(events []Event) []EventKind {
	var kinds []EventKind
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// relink gives a process another root folder.
func (m *machine) relink(root string, pid int) {
	name := strconv.Itoa(pid) + "/root"
	require.NoError(m.t, os.Remove(filepath.Join(m.proc, name)))
	m.link(root, name)
}

// withoutPrivileges makes the modes of files count for the rest of this test, also if
// root runs it.
func withoutPrivileges(t *testing.T) {
	runtime.LockOSThread() // capabilities are those of a thread; this one ends with the test
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	require.NoError(t, unix.Capget(&header, &sets[0]))
	sets[0].Effective &^= 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH
	require.NoError(t, unix.Capset(&header, &sets[0]))
}
