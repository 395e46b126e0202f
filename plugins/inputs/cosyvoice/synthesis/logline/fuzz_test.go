package logline

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireSane checks what must hold of any record.
func requireSane(t testing.TB, record *Record) {
	switch record.Kind {
	case SegmentStart, Continuation:
		if record.Segment.Characters < 0 || len(record.Segment.Text) > maxLine {
			t.Fatalf("a text of %d characters in %d bytes", record.Segment.Characters, len(record.Segment.Text))
		}
	case Yield:
		y := record.Yield
		if !(y.AudioSeconds > 0) || y.AudioSeconds > 86400 || !(y.RTF >= 0) || math.IsInf(y.ComputeSeconds(), 0) {
			t.Fatalf("a yield of %+v", y)
		}
	case Fault:
		f := record.Fault
		if len(f.Message) > maxMessage || len(f.Class) > maxMessage || f.Error == "" ||
			strings.ContainsFunc(f.Class+f.Message, func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Fatalf("an error of %+v", f)
		}
	}
}

// requireBounded checks that a reader holds no more than a line.
func requireBounded(t testing.TB, r *Reader) {
	if cap(r.kept) > 2*maxLine || cap(r.stripped) > 2*maxLine {
		t.Fatalf("%d and %d bytes are held", cap(r.kept), cap(r.stripped))
	}
}

func FuzzReader(f *testing.F) {
	for _, log := range sampleLogs(f) {
		f.Add(log[:min(len(log), 4000)], uint(7))
	}
	for _, c := range []string{startLine + yieldLine, head + frames + oom + during + head + frames + oom,
		"\r  0%|  | 0/9 [00:00<?, ?it/s]\x1b[A" + yieldLine, "\x00\x00\xef\xbb\xbfKilled\n", "\\ud83d\\ude00\xc4\xe3", "(a pid=1) ERROR " + head} {
		f.Add([]byte(c), uint(13))
	}
	f.Fuzz(func(t *testing.T, data []byte, cut uint) {
		want := placed(data)
		if len(data) > 0 {
			require.Equal(t, want, placed(data, int(cut%uint(len(data)))))
		}
		offsets := map[int64]bool{}
		r := NewReader(func(record *Record) {
			requireSane(t, record)
			require.False(t, offsets[record.Place.Offset], "two records at %d", record.Place.Offset)
			offsets[record.Place.Offset] = true
		})
		_, _ = r.Write(data)
		requireBounded(t, r)
		r.Flush()

		// A text on one line forges nothing, whatever it is.
		text := oneLine(data)
		var got []Kind
		r = NewReader(func(record *Record) { got = append(got, record.Kind) })
		_, _ = r.Write(slices.Concat([]byte(strings.TrimSuffix(startLine, "a\n")), text, []byte("\n"+yieldLine)))
		r.Flush()
		require.Equal(t, []Kind{SegmentStart, Yield}, got)
	})
}

// oneLine leaves out what ends a line.
func oneLine(b []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte{'\r'}, nil), newline, nil)
}

// mutated changes a line: bytes set at random, cut out, doubled, or replaced by a piece of
// another line.
func mutated(random *rand.Rand, line []byte, lines [][]byte) []byte {
	line = slices.Clone(line)
	for range 1 + random.IntN(3) {
		if len(line) == 0 {
			return line
		}
		from := random.IntN(len(line))
		to := from + random.IntN(min(len(line)-from, 40)+1)
		switch random.IntN(5) {
		case 0:
			line[from] = byte(random.IntN(256))
		case 1:
			line = slices.Delete(line, from, to)
		case 2:
			line = slices.Insert(line, from, line[from:to]...)
		case 3:
			other := lines[random.IntN(len(lines))]
			line = slices.Replace(line, from, to, other[:random.IntN(len(other)+1)]...)
		case 4:
			line = slices.Insert(line, from, "\r\n\x1b|:\"%0"[random.IntN(8)])
		}
	}
	return line[:min(len(line), 4<<10)]
}

func sampleLines(t testing.TB) (lines [][]byte) {
	logs := sampleLogs(t)
	names := make([]string, 0, len(logs))
	for name := range logs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		lines = append(lines, bytes.Split(logs[name], newline)...)
	}
	return lines
}

// TestMutatedLines reads a million lines that are nearly as they should be, or fewer where
// the race detector makes them slow. Half of them are texts, of which each gives its own
// record and nothing else.
func TestMutatedLines(t *testing.T) {
	const half = mutatedLines / 2
	lines := sampleLines(t)
	random := rand.New(rand.NewPCG(20261123, 3))
	var all []string // of users' words, which no message may hold
	for _, name := range []string{"s05_seq", "s06_fastapi", "s06_webui"} {
		var texts struct{ Needles []string }
		loadJSON(t, &texts, samples, name, "texts.json")
		all = append(all, texts.Needles...)
	}

	records, faults := 0, 0
	messages := map[string]bool{}
	r := NewReader(func(record *Record) {
		requireSane(t, record)
		records++
		if record.Kind == Fault {
			faults++
			messages[record.Fault.Message] = true
		}
	})
	for range half {
		_, _ = r.Write(append(mutated(random, lines[random.IntN(len(lines))], lines), '\n'))
		requireBounded(t, r)
	}
	r.Flush()
	require.Greater(t, records, half/20)
	require.Greater(t, faults, 100)
	for message := range messages {
		for _, needle := range all {
			require.NotContains(t, message, needle)
		}
	}

	starts := 0
	r = NewReader(func(record *Record) {
		if record.Kind != SegmentStart {
			t.Fatalf("a text gave %s", say(record))
		}
		starts++
	})
	header := []byte(strings.TrimSuffix(startLine, "a\n"))
	for range half {
		text := oneLine(mutated(random, lines[random.IntN(len(lines))], lines))
		_, _ = r.Write(slices.Concat(header, text, newline))
	}
	r.Flush()
	require.Equal(t, half, starts)
	require.Zero(t, r.Counters().Suspicious)
}
