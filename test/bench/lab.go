package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/procfs"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/parts"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

//go:embed nvidiasmi/nvidiasmi.c
var nvidiaSMI []byte

// lab is a folder with what the contenders need, and the processes around them.
type lab struct {
	dir       string
	bin       string
	telegraf  string
	smi       string // the stand-in for nvidia-smi
	state     string // of the fake driver
	around    []*exec.Cmd
	idle      int
	serverPID int
}

func newLab(ctx context.Context, dir, bin string) (*lab, error) {
	telegraf, err := parts.Find(ctx, "telegraf")
	if err != nil {
		return nil, err
	}
	l := &lab{
		dir: dir, bin: bin, telegraf: telegraf.Path,
		smi: filepath.Join(dir, "nvidia-smi"), state: filepath.Join(dir, "gpu.state"),
	}
	if err := l.write("nvidiasmi.c", string(nvidiaSMI)); err != nil {
		return nil, err
	}
	compile := exec.CommandContext(ctx, "gcc", "-O2", "-o", l.smi, filepath.Join(dir, "nvidiasmi.c"))
	if out, err := compile.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile the stand-in for nvidia-smi: %w\n%s", err, out)
	}
	conf := fmt.Sprintf("[[inputs.cosyvoice]]\n  nvml_library = %q\n", filepath.Join(bin, fakenvml.LibraryName))
	if err := errors.Join(l.gpus(1), l.write("cosyvoice.conf", conf)); err != nil {
		return nil, err
	}
	if err := l.startServer(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *lab) write(name, content string) error {
	return os.WriteFile(filepath.Join(l.dir, name), []byte(content), 0o600)
}

// gpus sets how many cards the driver has. The server's memory is on the first.
func (l *lab) gpus(n int) error {
	state := fakenvml.Default()
	first := state.Devices[0]
	if l.serverPID != 0 {
		first.Processes = []fakenvml.Process{{PID: l.serverPID, Type: fakenvml.Compute, MemoryBytes: new(uint64(4 << 30))}}
	}
	state.Devices = nil
	for i := range n {
		d := first
		d.UUID = fmt.Sprintf("GPU-00000000-0000-0000-0000-%012d", i)
		d.PCIBusID = fmt.Sprintf("00000000:%02X:00.0", i+1)
		state.Devices = append(state.Devices, d)
	}
	return fakenvml.Write(l.state, state)
}

// startServer runs the simulated server, idle: its own work would be noise.
func (l *lab) startServer(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	sim := l.command(ctx, filepath.Join(l.bin, "cosyvoice-sim"), "run", "--dir", filepath.Join(l.dir, "server"),
		"--port", strconv.Itoa(port), "--rate", "0", "--load-seconds", "0.1")
	if err := sim.Start(); err != nil {
		return err
	}
	l.around = append(l.around, sim)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		conn.Close()
		l.serverPID, err = childOf(sim.Process.Pid)
		return err
	}
	return errors.New("the simulated server does not listen after 30 s")
}

func childOf(parent int) (int, error) {
	all, err := procfs.AllProcs()
	if err != nil {
		return 0, err
	}
	for _, p := range all {
		if stat, err := p.Stat(); err == nil && stat.PPID == parent {
			return stat.PID, nil
		}
	}
	return 0, fmt.Errorf("process %d has no child", parent)
}

// idlers makes the host have so many idle processes more.
func (l *lab) idlers(ctx context.Context, n int) error {
	for ; l.idle < n; l.idle++ {
		c := l.command(ctx, "sleep", "infinity")
		if err := c.Start(); err != nil {
			return err
		}
		l.around = append(l.around, c)
	}
	return nil
}

// command is a process that ends with this program.
func (l *lab) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 5 * time.Second
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	c.Env = append(os.Environ(), fakenvml.StateVariable+"="+l.state)
	return c
}

// start starts a process with its log in the lab's folder.
func (l *lab) start(c *exec.Cmd, name string) error {
	log, err := os.Create(filepath.Join(l.dir, name+".log"))
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own copy
	c.Stderr = log
	return c.Start()
}

func (l *lab) close() {
	for _, c := range l.around {
		_ = c.Process.Signal(syscall.SIGTERM)
	}
	for _, c := range l.around {
		_ = c.Wait()
	}
}

// machine says on what the figures were taken.
func (l *lab) machine() string {
	cpu, kernel := "unknown CPU", "unknown kernel"
	if fs, err := procfs.NewDefaultFS(); err == nil {
		if info, err := fs.CPUInfo(); err == nil && len(info) > 0 {
			cpu = info[0].ModelName
		}
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel = strings.TrimSpace(string(text))
	}
	return fmt.Sprintf("%d cores of %s, Linux %s, %s", runtime.NumCPU(), cpu, kernel, runtime.Version())
}
