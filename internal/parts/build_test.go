package parts

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// onlyResult asserts that a build left its result, log and lock, and no more.
func onlyResult(t *testing.T, path string, built bool) {
	t.Helper()
	key := filepath.Base(filepath.Dir(path))
	want := []string{key + ".lock", key + ".log"}
	if built {
		want = append(want, key)
	}
	entries, err := os.ReadDir(filepath.Dir(filepath.Dir(path)))
	require.NoError(t, err)
	got := []string{}
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	require.ElementsMatch(t, want, got)
}

func TestBuildThenFind(t *testing.T) {
	f := newFakes(t)
	f.goTool(makesProgram("InfluxDB v2.9.1"))
	f.prints("gcc", "gcc (Debian 12.2.0) 12.2.0")
	f.prints("cargo", "cargo 1.95.0")
	f.prints("rustc", "rustc 1.83.0")
	var progress bytes.Buffer

	part, err := Build(t.Context(), "influxd", &progress)

	require.NoError(t, err)
	require.Equal(t, Part{"influxd", f.cached("influxd"), "2.9.1"}, part)
	onlyResult(t, part.Path, true)
	found, err := Find(t.Context(), "influxd")
	require.NoError(t, err)
	require.Equal(t, part, found)

	calls := f.calls()
	require.Contains(t, calls, "mod download -json github.com/influxdata/influxdb/v2@v2.9.1\ninstall github.com/influxdata/pkg-config\n")
	require.Contains(t, calls, "-tags sqlite_foreign_keys,sqlite_json")
	for _, step := range []string{"downloading", "pkg-config", "compiling, about 6 minutes", "checking", "built " + part.Path} {
		require.Contains(t, progress.String(), step)
	}
}

func TestBuildUsesTheInstalledRust(t *testing.T) {
	f := newFakes(t)
	t.Setenv("RUSTUP_TOOLCHAIN", "")
	f.goTool(`echo "rust is $RUSTUP_TOOLCHAIN" >> ` + f.dir + "/calls\n" + makesProgram("InfluxDB v2.9.1"))
	f.prints("gcc", "gcc (Debian 12.2.0) 12.2.0")
	f.prints("cargo", "cargo 1.95.0")
	f.prints("rustc", "rustc 1.95.0")
	f.prints("rustup", "stable-x86_64-unknown-linux-gnu (default)")

	_, err := Build(t.Context(), "influxd", &bytes.Buffer{})

	require.NoError(t, err)
	require.Contains(t, f.calls(), "rust is stable-x86_64-unknown-linux-gnu\n")
}

func TestBuildNamesAllMissingTools(t *testing.T) {
	f := newFakes(t)
	f.goTool(makesProgram("InfluxDB v2.9.1"))
	f.prints("cargo", "cargo 1.63.0")

	_, err := Build(t.Context(), "influxd", &bytes.Buffer{})

	require.ErrorContains(t, err, "gcc: not found on PATH (apt install build-essential)")
	require.ErrorContains(t, err, "cargo is version 1.63.0, needed is 1.83.0")
	require.ErrorContains(t, err, "rustc: not found on PATH")
	require.ErrorContains(t, err, "https://rustup.rs")
	require.NotContains(t, err.Error(), "  go: ")
}

func TestFailedBuildShowsTheEndOfItsOutput(t *testing.T) {
	cases := map[string]struct{ output, hint string }{
		"network": {"dial tcp: lookup example.org: no such host", "check the network"},
		"disk":    {"write x: no space left on device", "The disk is full"},
		"memory":  {"compile: signal: killed", "want of memory"},
		"rust":    {"error: rustup could not choose a version of cargo to run", "rustup default stable"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFakes(t)
			f.goTool(fmt.Sprintf("for i in $(seq 1 100); do echo line $i >&2; done; echo '%s' >&2; exit 3", test.output))

			_, err := Build(t.Context(), "telegraf", &bytes.Buffer{})

			var failed *CommandError
			require.ErrorAs(t, err, &failed)
			require.Len(t, failed.Tail, 30)
			require.Equal(t, "line 72", failed.Tail[0])
			require.Equal(t, test.output, failed.Tail[29])
			require.ErrorContains(t, err, "exit status 3")
			require.ErrorContains(t, err, test.hint)
			require.ErrorContains(t, err, failed.Log)
			log, err := os.ReadFile(failed.Log)
			require.NoError(t, err)
			require.Contains(t, string(log), "line 1\n")
			onlyResult(t, f.cached("telegraf"), false)
		})
	}
}

func TestBuiltProgramOfAnotherVersionIsNotInstalled(t *testing.T) {
	f := newFakes(t)
	f.goTool(makesProgram("Telegraf 1.39.2"))
	_, err := Build(t.Context(), "telegraf", &bytes.Buffer{})
	require.ErrorContains(t, err, "it is version 1.39.2, not 1.39.3")
	onlyResult(t, f.cached("telegraf"), false)
}

func TestCancelledBuildStopsEverything(t *testing.T) {
	f := newFakes(t)
	pidFile := filepath.Join(f.dir, "pid")
	// A compiler under go, which does not heed an interrupt.
	f.goTool(fmt.Sprintf(`(trap '' INT TERM; sh -c 'echo $$ > %[1]s.new; mv %[1]s.new %[1]s; exec sleep 600') & wait`, pidFile))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := Build(ctx, "telegraf", &bytes.Buffer{})
		done <- err
	}()
	var compiler int
	require.Eventually(t, func() bool {
		data, err := os.ReadFile(pidFile)
		compiler, _ = strconv.Atoi(strings.TrimSpace(string(data)))
		return err == nil
	}, 20*time.Second, 10*time.Millisecond)
	require.NoError(t, syscall.Kill(compiler, 0))

	cancel()

	require.ErrorIs(t, <-done, context.Canceled)
	require.Eventually(t, func() bool { return ended(compiler) }, 10*time.Second, 10*time.Millisecond)
	onlyResult(t, f.cached("telegraf"), false)
}

// ended tells whether a process is gone, or a zombie for which nobody waits.
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestTwoBuildsAtOnce(t *testing.T) {
	f := newFakes(t)
	started, finish := filepath.Join(f.dir, "started"), filepath.Join(f.dir, "finish")
	f.goTool(fmt.Sprintf("touch %s; while [ ! -e %s ]; do sleep 0.05; done; ", started, finish) +
		makesProgram("Telegraf 1.39.3"))
	var wait sync.WaitGroup
	var first, second Part
	var firstErr, secondErr error
	wait.Go(func() { first, firstErr = Build(t.Context(), "telegraf", &bytes.Buffer{}) })
	require.Eventually(t, func() bool {
		_, err := os.Stat(started)
		return err == nil
	}, 20*time.Second, 10*time.Millisecond)

	progress := &signalWriter{text: "another build of it is running", seen: make(chan struct{})}
	wait.Go(func() { second, secondErr = Build(t.Context(), "telegraf", progress) })
	select {
	case <-progress.seen:
	case <-time.After(20 * time.Second):
		t.Error("the second build did not say that it waits")
	}
	require.NoError(t, os.WriteFile(finish, nil, 0o644))
	wait.Wait()

	require.NoError(t, firstErr)
	require.NoError(t, secondErr)
	require.Equal(t, first, second)
	require.Equal(t, 1, strings.Count(f.calls(), "build "))
}

// signalWriter closes a channel when a text is written.
type signalWriter struct {
	text string
	seen chan struct{}
	once sync.Once
}

func (w *signalWriter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.once.Do(func() { close(w.seen) })
	}
	return len(p), nil
}

func TestWaitingForTheLockCanBeCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path, func() { t.Error("nobody has the lock") })
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = lock(ctx, path, cancel)
	require.ErrorIs(t, err, context.Canceled)

	unlock()
	unlock, err = lock(t.Context(), path, func() { t.Error("nobody has the lock") })
	require.NoError(t, err)
	unlock()
}

func TestBuildRemovesWhatAKilledOneLeft(t *testing.T) {
	f := newFakes(t)
	f.goTool(makesProgram("Telegraf 1.39.3"))
	source := filepath.Join(filepath.Dir(f.cached("telegraf"))+".work", "source")
	require.NoError(t, os.MkdirAll(source, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(source, "source.go"), []byte("half"), 0o644))
	part, err := Build(t.Context(), "telegraf", &bytes.Buffer{})
	require.NoError(t, err)
	onlyResult(t, part.Path, true)
}
