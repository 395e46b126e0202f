package logfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wrap writes lines as Docker does: one for each of what a container printed.
func wrap(printed ...string) string {
	var b strings.Builder
	for _, text := range printed {
		line, _ := json.Marshal(map[string]string{"log": text, "stream": "stderr", "time": "2026-11-23T08:31:28.668Z"})
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// newDockerBench follows the log of a container.
func newDockerBench(t *testing.T) *bench {
	b := newBench(t)
	b.log = b.path("0123-json.log")
	b.options.Patterns = []string{b.log}
	b.options.FromBeginning = true
	return b
}

// unwrapped polls and returns the lines of a container without the bytes that stand for the wrapping.
func (b *bench) unwrapped() []string {
	lines := b.poll()
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], "\x00")
	}
	return lines
}

func TestDockerLog(t *testing.T) {
	b := newDockerBench(t)
	text := wrap("one 你好 \u001b[A\"\\\n", "\r  0%|  |\rtwo ", "and more\n", "\n", "three\n")
	b.write("0123-json.log", text[:40])
	require.Empty(t, b.unwrapped())
	b.write("0123-json.log", text[40:])
	require.Equal(t, []string{"one 你好 \u001b[A\"\\", "\r  0%|  |\rtwo and more", "", "three"}, b.unwrapped())
}

func TestWhatIsNoLogOfDockerIsCounted(t *testing.T) {
	b := newDockerBench(t)
	rubbish := "no JSON\n{}\n" + strings.Repeat("x", 32<<20) + "\n"
	b.write("0123-json.log", wrap("one\n")+rubbish+wrap("two\n", "thr")+rubbish+wrap("ee\n", "four\n"))
	require.Equal(t, []string{"one", "two", "three", "four"}, b.unwrapped())
	require.Equal(t, int64(2*len(rubbish)), b.follower.Stats().BytesSkipped)
	docker := b.follower.streams[0].queue[0].docker
	require.Less(t, cap(docker.wrapped)+cap(docker.printed), 4*maxDockerLine)
}

func TestALineOfDockerHasOnePlaceAtEachReading(t *testing.T) {
	b := newDockerBench(t)
	wrapped := []string{wrap("one\n"), wrap("\rtwo "), wrap("more\n"), wrap("three\n"), wrap("four\n")}
	b.write("0123-json.log", strings.Join(wrapped[:3], ""))
	b.start()
	b.follower.Poll(plenty, b.reader)
	early := b.follower.Checkpoint()
	b.write("0123-json.log", strings.Join(wrapped[3:], ""))
	b.follower.Poll(plenty, b.reader)
	places := func() map[string]int64 {
		found := make(map[string]int64)
		for _, line := range b.reader.lines {
			text := strings.TrimLeft(line.text, "\x00")
			found[text] = line.offset + int64(len(line.text)-len(text))
		}
		return found
	}
	at := func(i int) int64 { return int64(len(strings.Join(wrapped[:i], ""))) }
	require.Equal(t, map[string]int64{"one": 0, "\rtwo more": at(1), "three": at(3), "four": at(4)}, places())

	b.options.Known, b.reader = early, newReader(t)
	b.start()
	b.follower.Poll(plenty, b.reader)
	require.Equal(t, map[string]int64{"three": at(3), "four": at(4)}, places())
}

func TestALineOfDockerThatIsNotCompleteIsReadAgain(t *testing.T) {
	b := newDockerBench(t)
	b.write("0123-json.log", wrap("one\n", "tw"))
	require.Equal(t, []string{"one"}, b.unwrapped())
	b.restart()
	rest := wrap("o\n")
	b.write("0123-json.log", rest[:5])
	require.Empty(t, b.unwrapped())
	b.restart()
	b.write("0123-json.log", rest[5:])
	require.Equal(t, []string{"two"}, b.unwrapped())
}

func TestAPlainLogWithTheNameOfOneOfDocker(t *testing.T) {
	b := newDockerBench(t)
	b.write("0123-json.log", "plain\n")
	require.Equal(t, []string{"plain"}, b.poll())
}

func FuzzUnwrap(f *testing.F) {
	f.Add([]byte("one\ntwo"), []byte("{\n"), uint8(3))
	f.Add([]byte("\x00\xff\\u4f60\n\n"), []byte("\"\xed\xa0\x80"), uint8(1))
	f.Fuzz(func(t *testing.T, printed, rubbish []byte, step uint8) {
		text := strings.ToValidUTF8(string(printed), "?")
		file := append(bytes.ReplaceAll(rubbish, []byte("\n"), nil), '\n')
		clean := int64(len(file))
		file = append(file, wrap("\n"+text+"\n", text+"\n")...)

		var u unwrapper
		u.reset(0)
		var stats Stats
		var out []byte
		for rest := file; len(rest) > 0; {
			n := min(len(rest), int(step)+1)
			require.Empty(t, u.unwrap(rest[:n], &stats))
			require.Equal(t, int64(len(out)), u.at, "the bytes must follow each other")
			out = append(out, u.printed...)
			require.False(t, u.next())
			rest = rest[n:]
		}
		var entry struct{ Log *string }
		if json.Unmarshal(file[:clean], &entry) == nil && entry.Log != nil {
			return // it is no rubbish
		}
		require.Len(t, out, len(file))
		require.Equal(t, clean, stats.BytesSkipped)
		got := strings.ReplaceAll(string(out), "\x00", "")
		require.Equal(t, strings.ReplaceAll("\n"+text+"\n"+text+"\n", "\x00", ""), got)
	})
}

func TestTheLogOfAContainerIsFound(t *testing.T) {
	for name, output := range map[string]string{"pipe": "pipe:[1]", "terminal": "/dev/pts/0"} {
		t.Run(name, func(t *testing.T) { testContainer(t, output) })
	}
}

func testContainer(t *testing.T, output string) {
	b := newBench(t)
	id := strings.Repeat("0123456789abcdef", 4)
	b.options.Patterns = nil
	b.options.ProcRoot, b.options.DockerRoot = b.path("proc"), b.path("docker")
	b.fakeProcess(7, output, output, fmt.Sprintf("0::/system.slice/docker-%s.scope\n", id))
	b.start()
	b.follower.Attach(Server{PID: 7, Start: b.now})
	require.Empty(t, b.poll())
	require.Contains(t, b.follower.Reason(), "--log-driver json-file")

	b.write(filepath.Join("docker", "containers", id, id+"-json.log"), wrap("one\n"))
	b.now = b.now.Add(rescanAfter)
	require.Equal(t, []string{"one"}, b.unwrapped())
	require.Empty(t, b.follower.Reason())

	b.write(filepath.Join("docker", "containers", id, id+"-json.log"), wrap("two\n"))
	b.follower.Detach()
	require.Equal(t, []string{"two"}, b.unwrapped())
	require.Equal(t, []FileID{1}, b.reader.ended)
}
