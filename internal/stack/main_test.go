package stack

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// TestMain lets the test binary play two programs besides itself: Telegraf, when
// a stack starts it as such, and a parent that dies.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv("COSYVOICE_SECRETS") != "":
		playTelegraf()
	case os.Getenv("STACK_TEST_PARENT") != "":
		playParent(os.Getenv("STACK_TEST_PARENT"))
	default:
		os.Exit(m.Run())
	}
}

const patience = 20 * time.Second

// eventually waits for a condition.
func eventually(t *testing.T, condition func() bool, message string) {
	t.Helper()
	require.Eventually(t, condition, patience, 10*time.Millisecond, message)
}

// screen is what a user sees; parts write to it at the same time.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// newSupervisor supervises in a test's folder, with short pauses.
func newSupervisor(t *testing.T, kill context.Context) (*supervisor, *screen, chan error) {
	seen, gaveUp := &screen{}, make(chan error, 1)
	return &supervisor{
		pacing: pacing{first: 10 * time.Millisecond, longest: 20 * time.Millisecond, healthy: time.Minute, quick: 5 * time.Second, quickExits: 3},
		say:    words.NewPrinter(seen, words.English),
		run:    &runFile{path: filepath.Join(t.TempDir(), "run.json")},
		giveUp: func(err error) { gaveUp <- err },
		kill:   kill,
	}, seen, gaveUp
}

// shell is a part that runs a shell script.
func shell(t *testing.T, name, script string) part {
	return part{
		name: name, path: "/bin/sh", args: []string{"-c", script}, env: os.Environ(),
		dir: t.TempDir(), log: filepath.Join(t.TempDir(), name+".log"), grace: patience,
	}
}

func fileContains(path, text string) func() bool {
	return func() bool {
		content, _ := os.ReadFile(path)
		return bytes.Contains(content, []byte(text))
	}
}
