package logfile

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRotation(t *testing.T) {
	// Each case acts on a log that was read up to "one" and has "two" unread.
	for name, act := range map[string]struct {
		do   func(*bench, writer)
		want []string
	}{
		"renamed, new file": {func(b *bench, w writer) {
			b.rename("cosyvoice.log", "cosyvoice.log.1")
			b.write("cosyvoice.log", "three\n")
		}, []string{"two", "three"}},
		"renamed, the writer goes on for a while": {func(b *bench, w writer) {
			b.rename("cosyvoice.log", "cosyvoice.log.1")
			b.write("cosyvoice.log", "")
			b.poll()
			b.write("cosyvoice.log.1", "two b\n")
			b.poll()
			w.write("two c\n")
			b.write("cosyvoice.log", "three\n")
		}, []string{"two", "two b", "two c", "three"}},
		"renamed twice, empty in between": {func(b *bench, w writer) {
			b.rename("cosyvoice.log", "cosyvoice.log.1")
			b.write("cosyvoice.log", "")
			b.polls(3)
			b.rename("cosyvoice.log.1", "cosyvoice.log.2")
			b.rename("cosyvoice.log", "cosyvoice.log.1")
			b.write("cosyvoice.log", "")
			b.polls(3)
			w.write("three\n")
		}, []string{"two", "three"}},
		"copied and emptied": {func(b *bench, w writer) {
			b.copyTruncate("cosyvoice.log", "cosyvoice.log.1")
			w.write("three\n")
		}, []string{"two", "three"}},
		"copied and emptied, as long as before": {func(b *bench, w writer) {
			b.copyTruncate("cosyvoice.log", "cosyvoice.log-20261123")
			w.write("eno\nowt\n")
		}, []string{"two", "eno", "owt"}},
		"copied and emptied, longer than before": {func(b *bench, w writer) {
			b.copyTruncate("cosyvoice.log", "cosyvoice-20261123.log")
			w.write("three\nfour\nfive\nsix\n")
		}, []string{"two", "three", "four", "five", "six"}},
		"emptied without a copy": {func(b *bench, w writer) {
			require.NoError(b.t, os.Truncate(b.log, 0))
			w.write("three\nfour\nfive\nsix\n")
		}, []string{"three", "four", "five", "six"}},
		"deleted and made again": {func(b *bench, w writer) {
			b.remove("cosyvoice.log")
			b.poll()
			w.write("two b\n")
			b.poll()
			b.write("cosyvoice.log", "three\n")
		}, []string{"two", "two b", "three"}},
		"moved back": {func(b *bench, w writer) {
			b.rename("cosyvoice.log", "cosyvoice.log.1")
			b.write("cosyvoice.log", "three\n")
			b.polls(3)
			b.remove("cosyvoice.log")
			b.rename("cosyvoice.log.1", "cosyvoice.log")
			b.polls(3)
			w.write("four\n")
		}, []string{"two", "three", "four"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			w := b.writer("cosyvoice.log", os.O_APPEND)
			b.options.FromBeginning = true
			w.write("one\n")
			require.Equal(t, []string{"one"}, b.poll())
			w.write("two\n")
			act.do(b, w)
			b.polls(15)
			require.Equal(t, act.want, b.reader.all[1:])
		})
	}
}

func TestAnEmptiedLogIsReadFromItsCopyAtOnce(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "one\n")
	b.poll()
	b.write("cosyvoice.log", "two\n")
	b.copyTruncate("cosyvoice.log", "cosyvoice.log.1")
	require.Equal(t, []string{"two"}, b.poll())
	require.Equal(t, []FileID{1}, b.reader.ended)
}

func TestANameThatIsUsedAgainAfterAWhile(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "one\n")
	b.poll()
	b.rename("cosyvoice.log", "cosyvoice.log.1")
	b.polls(3)
	b.write("cosyvoice.log", "two\n")
	require.Equal(t, []string{"two"}, b.polls(2))
}

func TestEmptyLogsThatWereReplacedAreNotHeldOpen(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	w := b.writer("cosyvoice.log", os.O_APPEND)
	w.write("one\n")
	b.poll()
	b.rename("cosyvoice.log", "written.log")
	for range 5 {
		b.write("cosyvoice.log", "")
		b.polls(2)
		b.remove("cosyvoice.log")
	}
	b.write("cosyvoice.log", "")
	b.polls(2)
	require.Len(t, b.follower.streams[0].queue, 2)
	w.write("two\n")
	require.Equal(t, []string{"two"}, b.poll())
}

func TestACutLineOfAnEmptiedLogIsVoid(t *testing.T) {
	for name, empty := range map[string]func(*bench){
		"lost":   func(b *bench) { require.NoError(t, os.Truncate(b.log, 0)) },
		"copied": func(b *bench) { b.copyTruncate("cosyvoice.log", "cosyvoice.log.1") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.options.FromBeginning = true
			b.write("cosyvoice.log", "one\nrtf 0.0")
			require.Equal(t, []string{"one"}, b.poll())
			empty(b)
			b.write("cosyvoice.log", "two\n")
			require.Equal(t, []string{"two"}, b.polls(2))
			require.Equal(t, int64(1), b.follower.Stats().Truncations)
			require.Equal(t, []FileID{1}, b.reader.ended)
		})
	}
}

func TestALogIsRotatedTwiceBeforeItWasReadToItsEnd(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	for _, text := range []string{"one\n", "two\n", "three\n"} {
		b.write("cosyvoice.log", strings.Repeat(text, 100))
		if b.follower == nil {
			b.start()
		}
		b.follower.Poll(40, b.reader)
		if text != "three\n" {
			b.rename("cosyvoice.log", "cosyvoice.log."+text[:3])
		}
	}
	lines := append(b.reader.take(), b.polls(5)...)
	require.Len(t, lines, 300)
}

func TestALastLineWithoutLineFeedCounts(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "Killed")
	require.Empty(t, b.poll())
	b.rename("cosyvoice.log", "cosyvoice.log.1")
	b.write("cosyvoice.log", "new\n")
	require.Equal(t, []string{"Killed", "new"}, b.polls(3))
	require.Equal(t, int64(1), b.follower.Stats().Rotations)
}

func TestADeletedFileIsLetGoSomeDay(t *testing.T) {
	b := newBench(t)
	b.write("cosyvoice.log", "old\n")
	b.poll()
	b.remove("cosyvoice.log")
	b.polls(2)
	require.Empty(t, b.reader.ended)
	b.now = b.now.Add(deletedGrace + time.Second)
	b.poll()
	require.Equal(t, []FileID{1}, b.reader.ended)
	b.write("cosyvoice.log", "new\n")
	require.Equal(t, []string{"new"}, b.poll())
}

func TestWhatWasReadOfALogThatIsMovedBackIsNotReadAgain(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "one\ntw")
	b.poll()
	b.rename("cosyvoice.log", "cosyvoice.log.1")
	b.write("cosyvoice.log", "three\n")
	require.Equal(t, []string{"tw", "three"}, b.polls(3))
	b.rename("cosyvoice.log.1", "cosyvoice.log")
	b.write("cosyvoice.log", "o\nfour\n")
	require.Equal(t, []string{"o", "four"}, b.polls(3))
}
