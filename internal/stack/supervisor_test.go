package stack

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestCrashIsReportedAndThePartStartedAgain(t *testing.T) {
	s, seen, _ := newSupervisor(t, t.Context())
	crashing := shell(t, "crasher", `echo start >> starts; echo "out of cheese"; exit 3`)
	s.start(crashing)
	eventually(t, fileContains(filepath.Join(crashing.dir, "starts"), "start\nstart\nstart\n"), "three starts")
	s.stopAll()

	require.Contains(t, seen.String(), "crasher ended after 0 s: exit status 3")
	require.Contains(t, seen.String(), "The log "+crashing.log+" ends with:\n    out of cheese\n")
	require.NotContains(t, seen.String(), "out of cheese\n    out of cheese", "the report holds the log of this run alone")
	require.GreaterOrEqual(t, s.run.record.Parts[0].Restarts, 2)
}

func TestPartThatMustStartIsGivenUp(t *testing.T) {
	s, _, gaveUp := newSupervisor(t, t.Context())
	broken := shell(t, "influxd", `echo "cannot open data"; exit 1`)
	broken.mustStart = true
	s.start(broken)
	err := <-gaveUp
	require.ErrorIs(t, err, words.PartCannotStart.With())
	require.ErrorContains(t, err, "ended 3 times in a row")
	require.ErrorContains(t, err, "cannot open data")
	s.stopAll()
}

func TestMissingProgramIsACrash(t *testing.T) {
	s, _, gaveUp := newSupervisor(t, t.Context())
	missing := shell(t, "influxd", "")
	missing.path, missing.mustStart = "/does/not/exist", true
	s.start(missing)
	require.ErrorContains(t, <-gaveUp, "/does/not/exist: no such file or directory")
	s.stopAll()
}

func TestPrepareRunsBeforeEachStart(t *testing.T) {
	s, _, _ := newSupervisor(t, t.Context())
	p := shell(t, "p", `echo run >> order; exit 1`)
	order := filepath.Join(p.dir, "order")
	p.prepare = func() {
		file, err := os.OpenFile(order, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, _ = file.WriteString("prepare\n")
			_ = file.Close()
		}
	}
	s.start(p)
	eventually(t, fileContains(order, "prepare\nrun\nprepare\nrun\n"), "prepared twice")
	s.stopAll()
}

func TestPartsStopInTheOppositeOrder(t *testing.T) {
	s, seen, _ := newSupervisor(t, t.Context())
	order := filepath.Join(t.TempDir(), "order")
	for _, name := range []string{"influxd", "simulator", "telegraf"} {
		p := shell(t, name, `trap "sleep 0.1; echo `+name+` >> `+order+`; exit" TERM; echo up; while :; do sleep 0.01; done`)
		s.start(p)
		eventually(t, fileContains(p.log, "up"), name+" is up")
	}
	s.stopAll()
	content, err := os.ReadFile(order)
	require.NoError(t, err)
	require.Equal(t, "telegraf\nsimulator\ninfluxd\n", string(content))
	require.Equal(t, "Stopping telegraf…\nStopping simulator…\nStopping influxd…\nAll parts are stopped.\n", seen.String())
}

// deaf ignores SIGTERM, as does the child that it has.
const deaf = `trap "" TERM; sleep 60 & echo $! > child; echo up; while :; do sleep 0.01; done`

func TestPartThatDoesNotEndIsKilledWithItsChildren(t *testing.T) {
	s, seen, _ := newSupervisor(t, t.Context())
	p := shell(t, "deaf", deaf)
	p.grace = 50 * time.Millisecond
	s.start(p)
	eventually(t, fileContains(p.log, "up"), "the part is up")
	s.stopAll()
	require.Contains(t, seen.String(), "deaf did not end by itself within 0 s and was killed")
	requireGone(t, filepath.Join(p.dir, "child"))
}

func TestKillEndsAtOnce(t *testing.T) {
	kill, killNow := context.WithCancel(t.Context())
	s, _, _ := newSupervisor(t, kill)
	p := shell(t, "deaf", deaf)
	s.start(p)
	eventually(t, fileContains(p.log, "up"), "the part is up")
	began := time.Now()
	killNow()
	s.stopAll()
	require.Less(t, time.Since(began), p.grace)
	requireGone(t, filepath.Join(p.dir, "child"))
}

// TestPartsEndWithTheirSupervisor kills a supervising process and expects its part
// to end too.
func TestPartsEndWithTheirSupervisor(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), "STACK_TEST_PARENT="+dir)
	require.NoError(t, parent.Start())
	var part partRecord
	eventually(t, func() bool {
		last, err := Folder(dir).readRecord()
		if err != nil || last == nil || len(last.Parts) == 0 {
			return false
		}
		part = last.Parts[0]
		return part.alive()
	}, "the part runs")
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	eventually(t, func() bool { return !part.alive() }, "the part has ended")
}

func TestPausedProcess(t *testing.T) {
	command := exec.Command("/bin/sleep", "60")
	require.NoError(t, command.Start())
	defer func() { _ = command.Process.Kill(); _ = command.Wait() }()
	sleeper := findProcess(command.Process.Pid)
	require.False(t, sleeper.paused())
	require.NoError(t, command.Process.Signal(syscall.SIGSTOP))
	eventually(t, sleeper.paused, "the process is paused")
	require.True(t, sleeper.alive())
	sleeper.StartTicks++
	require.False(t, sleeper.paused(), "another process that has the same pid")
}

func playParent(dir string) {
	s := &supervisor{
		pacing: defaultPacing,
		say:    words.NewPrinter(os.Stderr, words.English),
		run:    &runFile{path: Folder(dir).runFile()},
		kill:   context.Background(),
	}
	s.start(part{name: "sleep", path: "/bin/sleep", args: []string{"60"}, log: filepath.Join(dir, "log")})
	time.Sleep(time.Minute)
}

// requireGone expects the process whose pid is in a file to end. Whoever adopts it
// may take a moment to bury it.
func requireGone(t *testing.T, pidFile string) {
	t.Helper()
	content, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	stat := filepath.Join("/proc", strings.TrimSpace(string(content)), "stat")
	eventually(t, func() bool {
		state, err := os.ReadFile(stat)
		return err != nil || strings.Contains(string(state), ") Z ")
	}, "the child has ended")
}
