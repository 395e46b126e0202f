package wal

import (
	"bytes"
	"encoding/gob"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/wal"
)

func TestHealthyLogsAreNotTouched(t *testing.T) {
	cases := map[string]func(t *testing.T, dir string){
		"several segments": func(*testing.T, string) {},
		"all was sent": func(t *testing.T, dir string) {
			log := openLog(t, dir, 2)
			require.NoError(t, log.TruncateFront(8))
			require.NoError(t, log.Close())
		},
		"front was sent": func(t *testing.T, dir string) {
			log := openLog(t, dir, 2)
			require.NoError(t, log.TruncateFront(4))
			require.NoError(t, log.Close())
		},
		"segments that overlap": func(t *testing.T, dir string) {
			paths := segmentPaths(t, dir)
			last := paths[len(paths)-1]
			require.NoError(t, os.Rename(last, segment{path: last}.pathAt(6)))
		},
		"a temporary file of an interrupted truncation": func(t *testing.T, dir string) {
			path := filepath.Join(dir, logName, "00000000000000000003.START.TEMP")
			require.NoError(t, os.WriteFile(path, []byte("half"), 0o640))
		},
	}
	for name, prepare := range cases {
		t.Run(name, func(t *testing.T) {
			dir, _ := writeLog(t, 7, 2)
			prepare(t, dir)
			before := snapshot(t, dir)

			require.Empty(t, repair(t, dir))
			require.Equal(t, before, snapshot(t, dir))
		})
	}
}

func TestNoBufferYet(t *testing.T) {
	require.Empty(t, repair(t, filepath.Join(t.TempDir(), "absent")))
	require.Empty(t, repair(t, t.TempDir()))
}

// A power loss or a full disk leaves the last segment cut somewhere. That the scan
// is right at each offset is tested in memory; here, that the files follow it.
func TestCutTail(t *testing.T) {
	const count, perSegment, step = 5, 3, 23
	dir, segments := writeLog(t, count, perSegment)
	path := segments[len(segments)-1]
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	entry := len(whole) / 2
	for offset := 1; offset < len(whole); offset += step {
		if offset%entry == 0 {
			continue // a healthy log
		}
		require.NoError(t, os.WriteFile(path, whole[:offset], 0o640))
		before, err := os.Stat(path)
		require.NoError(t, err)

		report := repair(t, dir)

		kept := offset / entry
		require.Equal(t, numbers(1, perSegment+kept), readLog(t, dir), "cut at %d", offset)
		require.Len(t, report.Buffers, 1)
		require.Equal(t, perSegment+kept, report.Buffers[0].Entries)
		require.Len(t, report.Buffers[0].Aside, 1)
		aside := report.Buffers[0].Aside[0]
		removed := whole[kept*entry : offset]
		require.Equal(t, filepath.Base(path), aside.Segment)
		require.Equal(t, int64(len(removed)), aside.Bytes)
		stored, err := os.ReadFile(aside.File)
		require.NoError(t, err)
		require.Equal(t, removed, stored, "cut at %d", offset)
		after, err := os.Stat(path)
		require.NoError(t, err)
		require.True(t, os.SameFile(before, after), "a full disk has no room for another file")
		require.Empty(t, repair(t, dir), "second run")
	}
}

func TestLostSegments(t *testing.T) {
	cases := map[string]struct {
		lose func(t *testing.T, segments []string)
		left []int
		gap  uint64
	}{
		"middle file missing": {
			func(t *testing.T, s []string) { require.NoError(t, os.Remove(s[1])) },
			[]int{1, 2, 5, 6, 7}, 2,
		},
		"first file empty": {
			func(t *testing.T, s []string) { require.NoError(t, os.Truncate(s[0], 0)) },
			numbers(3, 7), 2,
		},
		"two files empty": {
			func(t *testing.T, s []string) {
				require.NoError(t, os.Truncate(s[1], 0))
				require.NoError(t, os.Truncate(s[2], 0))
			},
			[]int{1, 2, 7}, 4,
		},
		"two files short": {
			func(t *testing.T, s []string) {
				require.NoError(t, os.Truncate(s[0], 10))
				require.NoError(t, os.Truncate(s[2], int64(len(encoded(t, 1))+2)))
			},
			[]int{3, 4, 5, 7}, 3,
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			dir, segments := writeLog(t, 7, 2)
			require.Len(t, segments, 4)
			test.lose(t, segments)

			report := repair(t, dir)

			require.Equal(t, test.left, readLog(t, dir))
			require.Len(t, report.Buffers, 1)
			require.Equal(t, len(test.left), report.Buffers[0].Entries)
			require.Equal(t, test.gap, report.Buffers[0].Gap)
			require.Empty(t, repair(t, dir), "second run")
		})
	}
}

// An entry can be whole for tidwall/wal and still make Telegraf panic.
func TestEntryThatIsNoMetric(t *testing.T) {
	var noMetric bytes.Buffer
	require.NoError(t, gob.NewEncoder(&noMetric).Encode(struct{ TID uint64 }{7}))
	cases := map[string][]byte{
		"empty":         {},
		"text":          []byte("cosyvoice_gpu temperature_c=61"),
		"no metric":     noMetric.Bytes(),
		"extra bytes":   append(encoded(t, 9), "more"...),
		"half a metric": encoded(t, 9)[:100],
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			dir, _ := writeLog(t, 2, 10)
			log := openLog(t, dir, 10)
			require.NoError(t, log.Write(3, data))
			require.NoError(t, log.Write(4, encoded(t, 3)))
			require.NoError(t, log.Close())

			report := repair(t, dir)

			require.Equal(t, numbers(1, 3), readLog(t, dir))
			require.Len(t, report.Buffers[0].Aside, 1)
		})
	}
}

func TestInterruptedTruncation(t *testing.T) {
	// Telegraf had sent entries 1 to 3 and was killed before it removed the old files.
	leaveStart := func(t *testing.T, segments []string) string {
		data, err := os.ReadFile(segments[1])
		require.NoError(t, err)
		path := filepath.Join(filepath.Dir(segments[0]), "00000000000000000004.START")
		require.NoError(t, os.WriteFile(path, data[len(data)/2:], 0o640))
		return path
	}
	t.Run("front", func(t *testing.T) {
		dir, segments := writeLog(t, 7, 2)
		leaveStart(t, segments)
		require.Empty(t, repair(t, dir))
		require.Equal(t, numbers(4, 7), readLog(t, dir))
	})
	t.Run("front and a cut tail", func(t *testing.T) {
		dir, segments := writeLog(t, 7, 2)
		leaveStart(t, segments)
		require.NoError(t, os.Truncate(segments[3], 9))
		report := repair(t, dir)
		require.Equal(t, numbers(4, 6), readLog(t, dir))
		require.Equal(t, int64(9), report.Buffers[0].Aside[0].Bytes)
	})
	t.Run("front with its segment damaged", func(t *testing.T) {
		dir, segments := writeLog(t, 7, 2)
		require.NoError(t, os.Truncate(leaveStart(t, segments), 9))
		repair(t, dir)
		require.Equal(t, numbers(5, 7), readLog(t, dir))
	})
	t.Run("front and back", func(t *testing.T) {
		dir, segments := writeLog(t, 7, 2)
		leaveStart(t, segments)
		require.NoError(t, os.WriteFile(segments[3]+endSuffix, []byte("end"), 0o640))
		_, err := wal.Open(filepath.Join(dir, logName), &wal.Options{AllowEmpty: true})
		require.ErrorIs(t, err, wal.ErrCorrupt)

		report := repair(t, dir)
		require.Equal(t, numbers(4, 7), readLog(t, dir))
		require.Equal(t, filepath.Base(segments[3])+endSuffix, report.Buffers[0].Aside[0].Segment)
	})
}

func TestRewrittenSegmentKeepsItsMode(t *testing.T) {
	dir, segments := writeLog(t, 3, 10)
	data, err := os.ReadFile(segments[0])
	require.NoError(t, err)
	clear(data[len(data)/3 : 2*len(data)/3])
	require.NoError(t, os.WriteFile(segments[0], data, 0))
	require.NoError(t, os.Chmod(segments[0], 0o604))

	report := repair(t, dir)

	require.Equal(t, []int{1, 3}, readLog(t, dir))
	info, err := os.Stat(segments[0])
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o604), info.Mode())
	left, err := os.ReadDir(filepath.Join(dir, AsideDir))
	require.NoError(t, err)
	require.Len(t, left, len(report.Buffers[0].Aside), "no temporary files left")
}

// Each log is repaired on its own, and what was set aside is not taken for a log.
func TestSeveralLogs(t *testing.T) {
	dir, segments := writeLog(t, 2, 10)
	whole, err := os.ReadFile(segments[0])
	require.NoError(t, err)
	other := filepath.Join(dir, "other", filepath.Base(segments[0]))
	require.NoError(t, os.Mkdir(filepath.Dir(other), 0o750))
	require.NoError(t, os.WriteFile(other, whole, 0o640))
	require.NoError(t, os.Truncate(segments[0], int64(len(whole)-1)))
	aside := filepath.Join(dir, AsideDir, filepath.Base(segments[0]))
	require.NoError(t, os.Mkdir(filepath.Dir(aside), 0o750))
	require.NoError(t, os.WriteFile(aside, []byte("cut out before"), 0o640))

	report := repair(t, dir)

	require.Len(t, report.Buffers, 1)
	require.Equal(t, filepath.Join(dir, logName), report.Buffers[0].Dir)
	untouched, err := os.ReadFile(other)
	require.NoError(t, err)
	require.Equal(t, whole, untouched)
	untouched, err = os.ReadFile(aside)
	require.NoError(t, err)
	require.Equal(t, "cut out before", string(untouched))
	require.Empty(t, repair(t, dir))
}

func TestFailureNamesTheLog(t *testing.T) {
	dir, segments := writeLog(t, 2, 10)
	require.NoError(t, os.Truncate(segments[0], 9))
	require.NoError(t, os.WriteFile(filepath.Join(dir, AsideDir), nil, 0o640))

	_, err := Repair(dir)

	require.ErrorContains(t, err, logName)
	info, err := os.Stat(segments[0])
	require.NoError(t, err)
	require.Equal(t, int64(9), info.Size(), "nothing is cut before it is kept")
}
