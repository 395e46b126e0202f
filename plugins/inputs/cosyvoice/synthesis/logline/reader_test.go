package logline

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var utc = time.UTC

// placed reads a log in pieces that end at the given offsets, and words the records with
// their places, and the counters.
func placed(log []byte, ends ...int) []string {
	var said []string
	r := NewReader(func(record *Record) {
		said = append(said, fmt.Sprintf("%d %08x %s %q", record.Place.Offset, record.Place.Hash, say(record), record.Segment.Text))
	})
	from := 0
	for _, end := range append(ends, len(log)) {
		_, _ = r.Write(log[from:end])
		from = end
	}
	said = append(said, fmt.Sprint(r.Offset()))
	r.Flush()
	return append(said, fmt.Sprintf("%+v", r.Counters()))
}

func sampleLogs(t testing.TB) map[string][]byte {
	logs := map[string][]byte{}
	for _, pattern := range []string{"*/cosyvoice.log", "excerpts/*.txt"} {
		files, err := filepath.Glob(filepath.Join(samples, pattern))
		require.NoError(t, err)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			logs[strings.TrimPrefix(file, samples+"/")] = data
		}
	}
	require.Len(t, logs, 26)
	return logs
}

func TestAnySplitGivesTheSameRecords(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, log := range sampleLogs(t) {
		want := placed(log)
		if len(log) < 5<<10 {
			for end := range log {
				require.Equal(t, want, placed(log, end), "%s split at %d", name, end)
			}
		}
		single := make([]int, min(len(log), 64<<10))
		for i := range single {
			single[i] = i
		}
		require.Equal(t, want, placed(log, single...), "%s byte by byte", name)
		for range 8 {
			var ends []int
			for end := random.IntN(2000); end < len(log); end += 1 + random.IntN(2000) {
				ends = append(ends, end)
			}
			require.Equal(t, want, placed(log, ends...), "%s split at random", name)
		}
	}
}

func TestPlaces(t *testing.T) {
	bar := "\r  0%|          | 0/1 [00:00<?, ?it/s]"
	record := "2026-11-23 16:29:51,212 INFO synthesis text a\n"
	var got []Place
	r := NewReader(func(record *Record) { got = append(got, record.Place) })
	_, _ = r.Write([]byte(bar + record + record))
	require.Len(t, got, 3)
	require.EqualValues(t, 1, got[0].Offset)
	require.EqualValues(t, len(bar), got[1].Offset)
	require.EqualValues(t, len(bar+record), got[2].Offset)
	require.Equal(t, got[1].Hash, got[2].Hash, "the same bytes")
	require.NotEqual(t, got[0].Hash, got[1].Hash)
}

func TestTruncatedUnderItsWriter(t *testing.T) {
	// Megabytes of NUL bytes stand before the first line.
	r := NewReader(func(record *Record) {
		require.Equal(t, "yield 1.5 0.5 at 16:29:51.212", say(record))
		require.EqualValues(t, 2<<20, record.Place.Offset)
	})
	for range 2 << 10 {
		_, _ = r.Write(make([]byte, 1<<10))
	}
	_, _ = r.Write([]byte("2026-11-23 16:29:51,212 INFO yield speech len 1.5, rtf 0.5\n"))
	require.Equal(t, Counters{Bytes: 2<<20 + 59, Lines: 1, Understood: 1}, r.Counters())
	requireRecords(t, "yield 1.5 0.5", "\x00\x00INFO:root:yield speech len 1.5, rtf 0.5\n")
}

func TestByteOrderMark(t *testing.T) {
	requireRecords(t, "start 2 at 16:29:51.212", "\xef\xbb\xbf2026-11-23 16:29:51,212 INFO synthesis text 你好\n")
}

func TestLongLines(t *testing.T) {
	header := "2026-11-23 16:29:51,212 INFO "
	long := strings.Repeat("你", 4<<20)
	log := header + "synthesis text " + long + "\n" + header + "yield speech len 1.5, rtf 0.5\n" + strings.Repeat("\xff\x00rubbish", 1<<20)
	var got []string
	r := NewReader(func(record *Record) { got = append(got, say(record)) })
	for rest := []byte(log); len(rest) > 0; {
		n := min(len(rest), 10000)
		_, _ = r.Write(rest[:n])
		rest = rest[n:]
		require.LessOrEqual(t, cap(r.kept), maxLine*2)
	}
	r.Flush()
	require.Equal(t, []string{
		fmt.Sprintf("start %d at 16:29:51.212", (maxLine-len(header+"synthesis text "))/3),
		"yield 1.5 0.5 at 16:29:51.212"}, got)
	require.EqualValues(t, 2, r.Counters().TooLong)
	require.EqualValues(t, 3, r.Counters().Lines)
}

func TestSkipTo(t *testing.T) {
	line := "2026-11-23 16:29:51,212 INFO yield speech len 1.5, rtf 0.5\n"
	var got []int64
	r := NewReader(func(record *Record) { got = append(got, record.Place.Offset) })
	_, _ = r.Write([]byte(line + line[:30]))
	require.EqualValues(t, len(line)+30, r.Offset())
	r.SkipTo(5000)
	_, _ = r.Write([]byte(line))
	require.Equal(t, []int64{0, 5000}, got)
	require.EqualValues(t, 5000+len(line), r.Offset())
	require.EqualValues(t, 2, r.Counters().Lines, "the incomplete line is dropped")
}

func TestFlushReadsTheLastLine(t *testing.T) {
	for _, end := range []string{"", "\n", "\r\n"} {
		require.Equal(t, []string{"yield 1.5 9e-05"}, records("INFO:root:yield speech len 1.5, rtf 9e-05"+end))
	}
}

func TestWriteAllocatesNothing(t *testing.T) {
	logs := sampleLogs(t)
	log := bytes.Join([][]byte{logs["s01/cosyvoice.log"], logs["s02/cosyvoice.log"], logs["s03/cosyvoice.log"]}, nil)
	n := 0
	r := NewReader(func(*Record) { n++ })
	_, _ = r.Write(log)
	require.Zero(t, testing.AllocsPerRun(3, func() {
		_, _ = r.Write(log[:1000])
		_, _ = r.Write(log[1000:])
	}))
	require.Greater(t, n, 2000)
}
