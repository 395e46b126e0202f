package logfile

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// restart ends the Follower and makes another that knows what the state file would hold.
func (b *bench) restart() {
	b.t.Helper()
	content, err := json.Marshal(b.follower.Checkpoint())
	require.NoError(b.t, err)
	b.options.Known = nil
	require.NoError(b.t, json.Unmarshal(content, &b.options.Known))
	b.reader = newReader(b.t)
	b.start()
}

func TestAfterARestartReadingGoesOn(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "one\ntwo")
	require.Equal(t, []string{"one"}, b.poll())
	b.restart()
	b.write("cosyvoice.log", " b\nthree\n")
	require.Equal(t, []string{"two b", "three"}, b.poll())
	require.Empty(t, b.journal.warnings())
}

func TestWhileNobodyWatched(t *testing.T) {
	for name, act := range map[string]struct {
		do   func(*bench)
		want []string
		lost bool
	}{
		"grew":    {func(b *bench) {}, []string{"two"}, false},
		"renamed": {func(b *bench) { b.rename("cosyvoice.log", "cosyvoice.log.1"); b.write("cosyvoice.log", "new\n") }, []string{"two", "new"}, false},
		"renamed twice": {func(b *bench) {
			b.rename("cosyvoice.log", "cosyvoice.log.2")
			time.Sleep(10 * time.Millisecond) // file times tell the order
			b.write("cosyvoice.log.1", "between\n")
			time.Sleep(10 * time.Millisecond)
			b.write("cosyvoice.log", "new\n")
		}, []string{"two", "between", "new"}, false},
		"copied and emptied": {func(b *bench) {
			b.copyTruncate("cosyvoice.log", "cosyvoice.log.1")
			b.write("cosyvoice.log", "new\n")
		}, []string{"two", "new"}, false},
		"emptied":          {func(b *bench) { os.Truncate(b.log, 0); b.write("cosyvoice.log", "new\n") }, []string{"new"}, true},
		"deleted":          {func(b *bench) { b.remove("cosyvoice.log"); b.write("cosyvoice.log", "new\n") }, []string{"new"}, true},
		"beside old files": {func(b *bench) { b.write("cosyvoice.log.1", "older\n"); b.write("cosyvoice.txt", "other\n") }, []string{"two"}, false},
		"copied, then renamed": {func(b *bench) {
			require.NoError(b.t, os.WriteFile(b.path("cosyvoice.log.bak"), []byte("one\n"), 0o600))
			b.rename("cosyvoice.log", "cosyvoice.log.1")
			b.write("cosyvoice.log", "new\n")
		}, []string{"two", "new"}, false},
		"rotated beside an old file": {func(b *bench) {
			b.write("cosyvoice.log.2", "older\n")
			require.NoError(b.t, os.Chtimes(b.path("cosyvoice.log.2"), time.Time{}, time.Now().Add(-time.Hour)))
			b.rename("cosyvoice.log", "cosyvoice.log.1")
			b.write("cosyvoice.log", "new\n")
		}, []string{"two", "new"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.options.FromBeginning = true
			b.write("cosyvoice.log", "one\n")
			require.Equal(t, []string{"one"}, b.poll())
			b.options.FromBeginning = false
			b.restart()
			b.write("cosyvoice.log", "two\n")
			act.do(b)
			require.Equal(t, act.want, b.polls(5))
			require.Equal(t, act.lost, len(b.journal.warnings()) > 0, "%v", b.journal.warnings())
		})
	}
}

func TestACheckpointDoesNotLookIntoAnEmptiedLog(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "one\ntwo\nthr")
	b.poll()
	b.write("cosyvoice.log", "ee\n")
	b.copyTruncate("cosyvoice.log", "cosyvoice.log.1")
	b.write("cosyvoice.log", "ONE\nTWO\n")
	b.restart()
	require.Equal(t, []string{"three", "ONE", "TWO"}, b.polls(3))
}

func TestAFileThatWasReadToItsEndIsNotMissed(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	b.write("cosyvoice.log", "one\n")
	b.poll()
	b.rename("cosyvoice.log", "cosyvoice.log.1")
	b.write("cosyvoice.log", "two\n")
	require.Equal(t, []string{"two"}, b.polls(3))
	b.restart()
	b.remove("cosyvoice.log.1")
	b.write("cosyvoice.log", "three\n")
	require.Equal(t, []string{"three"}, b.polls(3))
	require.Empty(t, b.journal.warnings())
}

func TestAContentIsKnownByBothItsEnds(t *testing.T) {
	half := strings.Repeat("x", printSize)
	saved := Saved{Head: fingerprintOf([]byte(half)), Tail: fingerprintOf([]byte(half)), Read: 2 * printSize}
	for content, want := range map[string]bool{
		half + half:                   true,
		half + half + "more":          true,
		half:                          false,
		"y" + half[1:] + half:         false,
		half + half[1:] + "y":         false,
		half + half[1:]:               false,
		half + "y" + half:             false,
		strings.Repeat("\x00", 4<<10): false,
	} {
		require.Equal(t, want, saved.isIn(strings.NewReader(content)))
	}
}

func TestWhatIsRememberedOfRotatedFilesIsBounded(t *testing.T) {
	b := newBench(t)
	b.options.FromBeginning = true
	for i := range 3 * keptKnown {
		b.write("cosyvoice.log", fmt.Sprintln("line", i))
		require.Len(t, b.polls(3), 1)
		b.rename("cosyvoice.log", "cosyvoice.log.1")
	}
	require.Len(t, b.follower.Checkpoint(), keptKnown+1)
}
