package logfile

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestAnOldLogIsReadFromItsLastLineOn(t *testing.T) {
	b := newBench(t)
	b.write("cosyvoice.log", "old\nold too\nbegun ")
	require.Empty(t, b.poll())
	b.write("cosyvoice.log", "and ended\nnew\n")
	require.Equal(t, []string{"begun and ended", "new"}, b.poll())
}

func TestAnOldLogIsReadFromItsBeginningWhereAsked(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "old\n")
	require.Equal(t, []string{"old"}, b.poll())
}

func TestAFileThatAppearsLaterIsReadWhole(t *testing.T) {
	b := newBench(t)
	require.Empty(t, b.poll())
	require.Len(t, b.journal.warnings(), 1)
	require.Contains(t, b.journal.warnings()[0], "There is no log "+b.log)
	require.Equal(t, b.journal.warnings()[0], b.follower.Reason())
	b.write("cosyvoice.log", "first\n")
	require.Equal(t, []string{"first"}, b.polls(3))
	require.Len(t, b.journal.warnings(), 1)
	require.Empty(t, b.follower.Reason())
}

func TestAGlobThatMatchesNothingYet(t *testing.T) {
	b := newBench(t)
	b.options.Patterns = []string{b.path("*.log")}
	b.polls(2)
	require.Equal(t, []string{b.follower.Reason()}, b.journal.warnings())
	b.write("cosyvoice.log", "first\n")
	b.now = b.now.Add(rescanAfter)
	require.Equal(t, []string{"first"}, b.polls(2))
	require.Empty(t, b.follower.Reason())
}

func TestFilesOfAGlobThatAreRenamed(t *testing.T) {
	b := newBench(t)
	b.options.Patterns = []string{b.path("*.log")}
	b.options.FromBeginning = true
	b.write("a.log", "a\n")
	b.write("b.log", "b\n")
	require.ElementsMatch(t, []string{"a", "b"}, b.poll())
	b.rename("a.log", "b.log") // over another that is followed
	b.polls(2)
	b.write("b.log", "a2\n")
	b.now = b.now.Add(rescanAfter)
	require.Equal(t, []string{"a2"}, b.polls(2))
	b.rename("b.log", "c.log") // to a new name
	b.now = b.now.Add(rescanAfter)
	b.polls(2)
	b.write("c.log", "a3\n")
	require.Equal(t, []string{"a3"}, b.polls(2))
}

func TestSeveralFilesByGlob(t *testing.T) {
	b := newBench(t)
	b.options.Patterns = []string{b.path("*.log*"), b.log}
	b.write("a.log", "old\n")
	b.write("a.log.1", "older\n")
	b.write("a.log.2.gz", "oldest\n")
	require.Empty(t, b.poll())
	b.write("a.log", "a\n")
	b.write("b.log", "b\n")
	b.now = b.now.Add(rescanAfter)
	require.ElementsMatch(t, []string{"a", "b"}, b.polls(2))

	b.remove("a.log.1")
	b.rename("a.log", "a.log.1")
	b.write("a.log", "a2\n")
	b.copyTruncate("b.log", "b.log.1")
	b.write("b.log", "b2\n")
	b.rename("b.log.1", "renamed.log")
	var lines []string
	for range 3 {
		b.now = b.now.Add(rescanAfter)
		lines = append(lines, b.poll()...)
	}
	require.ElementsMatch(t, []string{"a2", "b2"}, lines)
	require.Len(t, b.journal.warnings(), 1, "only cosyvoice.log is missing")
}

func TestAHugeHoleIsSkipped(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	w := b.writer("cosyvoice.log", 0)
	w.write(strings.Repeat(strings.Repeat("x", 1023)+"\n", 8<<10))
	b.poll()
	require.NoError(t, os.Truncate(b.log, 0))
	w.write("after the hole\n")
	lines := b.polls(2)
	require.Len(t, lines, 1)
	require.Equal(t, "after the hole", strings.TrimLeft(lines[0], "\x00"))
	require.Less(t, b.follower.Stats().BytesRead, int64(9<<20))
}

func TestBytesOfZeroAreNoHole(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	zeros := strings.Repeat("\x00", 3*pieceSize)
	b.write("cosyvoice.log", zeros+"\n")
	require.Equal(t, []string{zeros}, b.poll())
}

func TestASmallHoleIsPassedOn(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	w := b.writer("cosyvoice.log", 0)
	w.write("four\n")
	b.poll()
	require.NoError(t, os.Truncate(b.log, 0))
	w.write("next\n")
	require.Equal(t, []string{"\x00\x00\x00\x00\x00next"}, b.polls(2))
}

func TestWhatGrowsTooFastIsSkippedAndCounted(t *testing.T) {
	b := newBench(t)
	b.options.MaxBacklog = 1 << 20
	b.write("cosyvoice.log", "old\n")
	b.poll()
	text := strings.Repeat("0123456789abcdef\n", 4<<16) // 4.25 MiB
	b.write("cosyvoice.log", text)
	lines := b.poll()
	stats := b.follower.Stats()
	require.Equal(t, int64(len(text)), int64(17*len(lines))+stats.BytesSkipped)
	require.Less(t, stats.BytesRead, int64(1<<20))
	for _, line := range lines {
		require.Equal(t, "0123456789abcdef", line)
	}
	require.Len(t, b.journal.warnings(), 1)
	require.Zero(t, stats.BytesBehind)
}

func TestWhatWasThereAtFirstIsNeverSkipped(t *testing.T) {
	b := newBench(t)
	b.options.MaxBacklog, b.options.FromBeginning = 1<<10, true
	b.write("cosyvoice.log", strings.Repeat("0123456789abcde\n", 1<<12))
	require.Len(t, b.poll(), 1<<12)
}

func TestBudget(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.options.Patterns = []string{b.path("a"), b.path("b")}
	b.write("a", strings.Repeat("a\n", 500))
	b.write("b", "b\n")
	b.start()
	b.follower.Poll(100, b.reader)
	require.LessOrEqual(t, b.follower.Stats().BytesRead, int64(100))
	require.NotZero(t, b.follower.Stats().BytesBehind)
	first := b.reader.take()
	b.follower.Poll(100, b.reader)
	require.Contains(t, append(first, b.reader.take()...), "b", "a long file must not starve a short one")
	for range 20 {
		b.follower.Poll(100, b.reader)
	}
	require.Zero(t, b.follower.Stats().BytesBehind)
}

func TestOnlyWhatWasJustWrittenIsLive(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "old\n")
	b.poll()
	require.Zero(t, b.reader.live)
	b.write("cosyvoice.log", "new\n")
	b.poll()
	require.Equal(t, 4, b.reader.live)
	b.write("cosyvoice.log", "written while the program slept\n")
	b.now = b.now.Add(liveWithin)
	b.poll()
	require.Equal(t, 4, b.reader.live)
	b.now = b.now.Add(time.Minute) // the longest interval between two ticks
	b.write("cosyvoice.log", "new\n")
	b.poll()
	require.Equal(t, 8, b.reader.live)
}

func TestAnIdlePollReadsNothing(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "old\n")
	b.polls(2)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := readCalls(t)
	own := readCalls(t) - before
	before = readCalls(t)
	for range 100 {
		b.follower.Poll(plenty, b.reader)
	}
	require.Equal(t, own, readCalls(t)-before)
}

// readCalls is how many reads this thread has made (proc(5), /proc/pid/io).
func readCalls(t *testing.T) int {
	t.Helper()
	content, err := os.ReadFile("/proc/thread-self/io")
	require.NoError(t, err)
	_, after, _ := strings.Cut(string(content), "syscr: ")
	calls, _, _ := strings.Cut(after, "\n")
	n, err := strconv.Atoi(calls)
	require.NoError(t, err)
	return n
}

func TestAnIdlePollAllocatesNothing(t *testing.T) {
	b := newBench(t)
	b.write("cosyvoice.log", "old\n")
	b.polls(2)
	require.Zero(t, testing.AllocsPerRun(100, func() { b.follower.Poll(plenty, b.reader) }))
}

func TestAPollWithoutALogAllocatesNothing(t *testing.T) {
	b := newBench(t)
	b.options.Patterns = nil
	b.polls(2)
	require.Zero(t, testing.AllocsPerRun(100, func() { b.follower.Poll(plenty, b.reader) }))
}

func TestAFileThatCannotBeReadIsOpenedAgain(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "one\n")
	require.Equal(t, []string{"one"}, b.poll())

	// What a network file system answers with ESTALE is a descriptor that fails here.
	b.write("cosyvoice.log", "two\n")
	b.breakDescriptor()
	require.Equal(t, []string{"two"}, b.polls(2))
	require.Len(t, b.journal.warnings(), 1)

	// The server of the file system has another file by now.
	b.breakDescriptor()
	require.NoError(t, os.WriteFile(b.path("new"), []byte("three\nfour\nfive\n"), 0o600))
	b.rename("new", "cosyvoice.log")
	require.Equal(t, []string{"three", "four", "five"}, b.polls(3))
}

func TestAFileThatStaysUnreadableIsReportedOnce(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "one\n")
	b.poll()
	b.breakDescriptor()
	b.remove("cosyvoice.log")
	b.polls(5)
	require.Len(t, b.journal.warnings(), 1)
	b.write("cosyvoice.log", "two\n")
	require.Equal(t, []string{"two"}, b.polls(2))
}

func TestAFileThatCannotBeReadHasLostItsName(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	w := b.writer("cosyvoice.log", os.O_APPEND)
	w.write("one\n")
	b.poll()
	b.rename("cosyvoice.log", "cosyvoice.log.1")
	b.write("cosyvoice.log", "")
	b.poll()
	w.write("two\n")
	b.breakDescriptor()
	b.write("cosyvoice.log", "three\n")
	require.Equal(t, []string{"three"}, b.polls(3))
	require.Equal(t, []FileID{1}, b.reader.ended)
}

// breakDescriptor makes every call on the open log fail.
func (b *bench) breakDescriptor() {
	b.t.Helper()
	file := b.follower.streams[0].queue[0]
	require.NoError(b.t, file.handle.Close())
	broken, err := os.OpenFile(b.path(""), os.O_RDONLY|unix.O_PATH, 0)
	require.NoError(b.t, err)
	file.handle, file.fd = broken, -1
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	b := newBench(t)
	require.NoError(t, unix.Mkfifo(b.log, 0o600))
	require.Empty(t, b.polls(2))
	require.Len(t, b.journal.warnings(), 1)
	require.Contains(t, b.journal.warnings()[0], "no regular file")
}
