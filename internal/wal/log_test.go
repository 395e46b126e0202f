package wal

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/influxdata/telegraf/metric"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/wal"
)

const logName = "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"

// encoded returns the bytes that Telegraf stores for metric number i.
func encoded(t testing.TB, i int) []byte {
	t.Helper()
	metric.Init()
	m := metric.New(
		"cosyvoice_gpu",
		map[string]string{"host": "box"},
		map[string]any{"number": int64(i), "temperature_c": 61.5, "state": "ok"},
		time.Unix(1700000000+int64(i), 0),
	)
	data, err := metric.ToBytes(m)
	require.NoError(t, err)
	return data
}

// writeLog makes a buffer directory with one log of numbered metrics, from 1, and
// returns the directory and the paths of the segments.
func writeLog(t testing.TB, count, perSegment int) (dir string, segments []string) {
	t.Helper()
	dir = t.TempDir()
	log := openLog(t, dir, perSegment)
	for i := 1; i <= count; i++ {
		require.NoError(t, log.Write(uint64(i), encoded(t, i)))
	}
	require.NoError(t, log.Close())
	return dir, segmentPaths(t, dir)
}

// openLog opens the log as Telegraf does.
func openLog(t testing.TB, dir string, perSegment int) *wal.Log {
	t.Helper()
	log, err := wal.Open(filepath.Join(dir, logName), &wal.Options{
		AllowEmpty:  true,
		NoSync:      true,
		SegmentSize: perSegment*len(encoded(t, 1)) - 1,
	})
	require.NoError(t, err)
	return log
}

func segmentPaths(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, logName, "*"))
	require.NoError(t, err)
	return paths
}

// readLog reads every entry as Telegraf does when it sends the backlog, and returns
// the metrics' numbers.
func readLog(t testing.TB, dir string) []int {
	t.Helper()
	log := openLog(t, dir, 1)
	defer log.Close()
	first, err := log.FirstIndex()
	require.NoError(t, err)
	last, err := log.LastIndex()
	require.NoError(t, err)
	numbers := []int{}
	for index := first; index <= last; index++ {
		data, err := log.Read(index)
		require.NoError(t, err, "entry %d", index)
		m, err := metric.FromBytes(data)
		require.NoError(t, err, "entry %d", index)
		number, _ := m.GetField("number")
		n, _ := number.(int64)
		numbers = append(numbers, int(n))
	}
	return numbers
}

func numbers(from, to int) []int {
	out := []int{}
	for i := from; i <= to; i++ {
		out = append(out, i)
	}
	return out
}

func repair(t testing.TB, dir string) Report {
	t.Helper()
	report, err := Repair(dir)
	require.NoError(t, err)
	return report
}

// snapshot describes all files below dir, with content and time of change.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = fmt.Sprintf("%v %v %x", info.Mode(), info.ModTime(), data)
		return err
	})
	require.NoError(t, err)
	return files
}
