package gpu

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// library is the fake driver that most tests copy: compiling takes longer.
var library []byte

// The test binary is its own NVML child, so that the tests go through processes,
// go-nvml and dlopen as the plugin does.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "nvml-child" {
		root, library := os.Args[2], os.Args[3]
		if runChild(context.Background(), host{root}, library, os.Stdin, os.Stdout, func() { os.Exit(0) }) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "gpu-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		path, err := fakenvml.Build(context.Background(), dir)
		if err == nil {
			library, err = os.ReadFile(path)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// fixture is a monitor on a fake driver.
type fixture struct {
	*Monitor
	t       *testing.T
	root    string // of the host's files
	library string
	state   string
	log     *lines
	options Options
	events  []Event // of all ticks so far
}

func prepare(t *testing.T, state fakenvml.State) *fixture {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	f := &fixture{
		t: t, root: filepath.Join(dir, "root"), library: filepath.Join(dir, fakenvml.LibraryName),
		state: filepath.Join(dir, "gpu.state"), log: &lines{},
		options: Options{
			HangAfter: 2 * time.Second, InitTimeout: 2 * time.Second,
			RetryFirst: 50 * time.Millisecond, RetryMax: 500 * time.Millisecond,
			HealthInterval: time.Nanosecond,
		},
	}
	f.write("dev/nvidiactl", "")
	f.write("proc/driver/nvidia/version", "NVRM version: one\n")
	f.install()
	require.NoError(t, fakenvml.Write(f.state, state))
	return f
}

func start(t *testing.T, state fakenvml.State) *fixture {
	t.Helper()
	f := prepare(t, state)
	f.run()
	return f
}

// install puts the library there as a package manager does, by rename.
func (f *fixture) install() {
	f.t.Helper()
	require.NoError(f.t, os.WriteFile(f.library+".new", library, 0o755))
	require.NoError(f.t, os.Rename(f.library+".new", f.library))
}

// installVersion is install for the library of one driver version.
func (f *fixture) installVersion(version string) {
	f.t.Helper()
	_, err := fakenvml.BuildVersion(f.t.Context(), filepath.Dir(f.library), version)
	require.NoError(f.t, err)
}

// write puts a file of the host there.
func (f *fixture) write(path, text string) {
	f.t.Helper()
	path = filepath.Join(f.root, path)
	require.NoError(f.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(f.t, os.WriteFile(path, []byte(text), 0o600))
}

func (f *fixture) remove(path string) {
	f.t.Helper()
	require.NoError(f.t, os.Remove(filepath.Join(f.root, path)))
}

func (f *fixture) run() {
	f.options.Log = f.log
	f.options.Command = []string{"env", fakenvml.StateVariable + "=" + f.state, os.Args[0], "nvml-child", f.root, f.library}
	f.Monitor = NewMonitor(f.options)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx)
	}()
	f.t.Cleanup(func() {
		cancel()
		<-ended
	})
}

func (f *fixture) update(change func(*fakenvml.State)) {
	f.t.Helper()
	require.NoError(f.t, fakenvml.Update(f.state, func(s *fakenvml.State) error {
		change(s)
		return nil
	}))
}

func (f *fixture) set(key, value string) {
	f.t.Helper()
	f.update(func(s *fakenvml.State) { require.NoError(f.t, s.Set(key, value)) })
}

// until ticks until the condition holds, and returns that tick.
func (f *fixture) until(what string, condition func(Snapshot) bool) Snapshot {
	f.t.Helper()
	var s Snapshot
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(f.t.Context(), 2*time.Second)
		s = f.Tick(ctx)
		cancel()
		f.events = append(f.events, s.Events...)
		if condition(s) {
			return s
		}
	}
	require.FailNow(f.t, "waited in vain", "%s; last: %+v; events: %+v; log: %s", what, s, f.events, f.log)
	return s
}

// read tells whether all GPUs gave full readings.
func read(s Snapshot) bool {
	for _, g := range s.GPUs {
		if g.Processes == nil {
			return false
		}
	}
	return len(s.GPUs) > 0
}

// lines is a logger that keeps what it is told.
type lines struct {
	telegraf.Logger
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(level, format string, args []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.text, level+" "+format+"\n", args...)
}

func (l *lines) Errorf(format string, args ...any) { l.add("E!", format, args) }
func (l *lines) Warnf(format string, args ...any)  { l.add("W!", format, args) }
func (l *lines) Infof(format string, args ...any)  { l.add("I!", format, args) }

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
