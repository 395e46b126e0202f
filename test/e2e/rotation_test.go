//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSynthesesSurviveKillAndRotation kills the plugin in the middle of the traffic, and
// rotates the log before it is back, in each way: no synthesis is lost, and none is there
// twice. What the plugin remembers is half a minute old, so that it goes back each time.
func TestSynthesesSurviveKillAndRotation(t *testing.T) {
	const requests = 90
	s := startWatch(t)
	v := s.serve("--requests", fmt.Sprint(requests), "--rate", "65", "--clients", "2", "--rtf", "0.05")
	path, offset := v.log(), int64(0)
	kill := func(rotate func()) {
		old := s.pid("cosyvoice-telegraf")
		require.NotZero(t, old)
		require.NoError(t, syscall.Kill(old, syscall.SIGKILL))
		rotate()
		s.eventually("the plugin is back", func() bool { pid := s.pid("cosyvoice-telegraf"); return pid != 0 && pid != old })
	}
	remembers := func() {
		before := offset
		s.eventually("the plugin remembers more of "+path, func() bool {
			offset = rememberedOf(t, filepath.Join(s.dir, "cosyvoice-telegraf.json"), v.instance, path)
			return offset > 1000 && offset != before
		})
	}

	remembers()
	kill(func() { copyAndTruncate(t, v.pid(), path, v.log()+".1") })
	remembers()
	kill(func() {
		// The server goes on writing to the file by its new name.
		require.NoError(t, os.Rename(path, v.log()+".2"))
		path = v.log() + ".2"
	})
	v.truthsOf(len(v.truths()) + 5)
	kill(func() {}) // before it remembers more
	told := v.truthsOf(requests)
	sameSyntheses(t, told, v.hold(requests))
	compareSums(t, told, v.syntheses())
}

// rememberedOf is how far a log was read, as the state file says.
func rememberedOf(t *testing.T, state, instance, path string) int64 {
	content, err := os.ReadFile(state)
	if os.IsNotExist(err) {
		return 0
	}
	require.NoError(t, err)
	var remembered struct {
		Instances map[string]struct {
			Files []struct {
				Path   string
				Offset int64
			}
		}
	}
	require.NoError(t, json.Unmarshal(content, &remembered))
	for _, file := range remembered.Instances[instance].Files {
		if file.Path == path {
			return file.Offset
		}
	}
	return 0
}

// copyAndTruncate rotates as logrotate's copytruncate does. The server stands still
// meanwhile: what it writes between the copy and the cut is lost to everybody.
func copyAndTruncate(t *testing.T, pid int, path, aside string) {
	require.NotZero(t, pid)
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	defer func() { require.NoError(t, syscall.Kill(pid, syscall.SIGCONT)) }()
	from, err := os.Open(path)
	require.NoError(t, err)
	defer from.Close()
	to, err := os.Create(aside)
	require.NoError(t, err)
	_, err = io.Copy(to, from)
	require.NoError(t, err)
	require.NoError(t, to.Close())
	require.NoError(t, os.Truncate(path, 0))
}
