package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// truths are the lines of a truth file.
func truths(t *testing.T, path string) (told []truth) {
	t.Helper()
	content, _ := os.ReadFile(path)
	for line := range strings.Lines(string(content)) {
		var one truth
		require.NoError(t, json.Unmarshal([]byte(line), &one), line)
		told = append(told, one)
	}
	return told
}

func TestTruthOfAccidents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truth")
	s := startSimulator(t, "--entry", "fastapi", "--gpu-state", newState(t), "--scenario", "accidents",
		"--truth", path, "--requests", "12", "--rate", "6000", "--rtf", "0.002")
	eventually(t, func() bool { return len(truths(t, path)) == 12 })
	outcomes := map[string]int{}
	for _, told := range truths(t, path) {
		outcomes[told.Outcome+" "+told.Error]++
		require.GreaterOrEqual(t, told.End, told.Start)
		require.Positive(t, told.Segments)
		require.Positive(t, told.Characters)
		require.Equal(t, told.Chunks > 0, told.AudioSeconds > 0)
		require.Equal(t, told.Chunks > 0, told.ComputeSeconds > 0)
		require.Greater(t, told.GPUMemoryPeakBytes, uint64(modelBytes))
	}
	require.Equal(t, map[string]int{"ok ": 9, "error out_of_memory": 1, "error no_tokens": 1, "abandoned ": 1}, outcomes)
	log := s.log(t)
	require.Equal(t, 1, strings.Count(log, "(llm_job):\nTraceback (most recent call last):\n"))
	require.Equal(t, 1, strings.Count(log, "\nValueError: should not get token 6562\n"))
	require.Equal(t, 1, strings.Count(log, "    | RuntimeError: Calculated padded input size"))
	require.Equal(t, 1, strings.Count(log, "    | torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 256.00 GiB."))
	require.Equal(t, 2, strings.Count(log, "Exception in ASGI application"), "a client that leaves is no error")
}

func TestHangIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truth")
	s := startSimulator(t, "--entry", "fastapi", "--scenario", "hang", "--truth", path,
		"--requests", "8", "--rate", "6000", "--clients", "2", "--rtf", "0.001")
	count := func(outcome string) (n int) {
		for _, told := range truths(t, path) {
			if told.Outcome == outcome {
				n++
				require.Equal(t, told.Chunks == 0, outcome == stuck)
			}
		}
		return n
	}
	eventually(t, func() bool { return count(stuck) == 1 && count(succeeded) == 7 })
	require.Equal(t, 1, strings.Count(s.log(t), "\nValueError: should not get token"))
}

func TestRamblingIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truth")
	startSimulator(t, "--scenario", "ramble", "--truth", path, "--requests", "5", "--rate", "6000", "--clients", "1", "--rtf", "0.001")
	eventually(t, func() bool { return len(truths(t, path)) == 5 })
	for i, told := range truths(t, path) {
		pace := float64(told.Characters) / told.AudioSeconds
		require.Equal(t, i == 3, pace < 2, "%d: %g characters a second", i, pace)
		require.Equal(t, succeeded, told.Outcome)
	}
}

func TestPoisonedServerFailsForEver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truth")
	s := startSimulator(t, "--scenario", "poison", "--truth", path, "--requests", "6", "--rate", "6000", "--clients", "1", "--rtf", "0.001")
	eventually(t, func() bool { return len(truths(t, path)) == 6 })
	for i, told := range truths(t, path) {
		require.Equal(t, i >= 3, told.Error == "illegal_access", i)
	}
	require.Contains(t, s.log(t), "\nRuntimeError: CUDA error: an illegal memory access was encountered\nCUDA kernel errors might")
}

func TestMemoryTrace(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	m := &memoryTrace{}
	for _, r := range []struct {
		seconds float64
		bytes   uint64
	}{{0, 100}, {0.5, 900}, {0.6, 300}, {1.4, 500}, {1.7, 200}, {2.9, 100}} {
		m.add(noon.Add(time.Duration(r.seconds*float64(time.Second))), r.bytes)
	}
	require.Equal(t, uint64(900), m.peak())
	require.Equal(t, uint64(300), m.held(time.Second), "from 0.5 s to 1.7 s")
	require.Equal(t, uint64(200), m.held(2*time.Second), "from 0.6 s to 2.9 s")
	require.Zero(t, m.held(time.Minute))
}
