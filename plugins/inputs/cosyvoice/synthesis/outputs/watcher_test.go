package outputs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// server is a process with a folder of outputs, and a clock.
type server struct {
	t    *testing.T
	proc string
	dir  string
	now  time.Time
}

const pid = 42

func newServer(t *testing.T) *server {
	s := &server{t: t, proc: t.TempDir(), now: time.Now().Truncate(time.Second)}
	work := t.TempDir()
	s.dir = filepath.Join(work, "outputs")
	require.NoError(t, os.Mkdir(s.dir, 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(s.proc, strconv.Itoa(pid)), 0o755))
	require.NoError(t, os.Symlink(work, filepath.Join(s.proc, strconv.Itoa(pid), "cwd")))
	return s
}

// save writes a file with so many seconds of audio, as of now.
func (s *server) save(name string, seconds float64) {
	s.write(name, riff(speech, whole("data", make([]byte, int(48000*seconds)))))
}

func (s *server) write(name string, content []byte) {
	path := filepath.Join(s.dir, name)
	require.NoError(s.t, os.WriteFile(path, content, 0o644))
	require.NoError(s.t, os.Chtimes(path, s.now, s.now))
	s.touch()
}

// touch makes the folder as old as the clock says.
func (s *server) touch() { require.NoError(s.t, os.Chtimes(s.dir, s.now, s.now)) }

func (s *server) wait(d time.Duration) { s.now = s.now.Add(d) }

func (s *server) poll(w *Watcher) []File {
	folder, ok := Find(s.proc, pid)
	require.True(s.t, ok)
	return w.Poll(folder, s.now)
}

func seconds(files []File) []float64 {
	var all []float64
	for _, f := range files {
		all = append(all, f.AudioSeconds)
	}
	slices.Sort(all)
	return all
}

func TestCountsEachNewFileOnce(t *testing.T) {
	s := newServer(t)
	s.save("output_before.wav", 9)
	w := New(s.now)
	s.wait(10 * time.Second)
	require.Empty(t, s.poll(w))
	s.save("output_20261122_200359.wav", 1)
	s.save("OUTPUT.WAV", 2)
	s.save("notes.txt", 9)
	s.wait(10 * time.Second)
	require.Equal(t, []float64{1, 2}, seconds(s.poll(w)))
	for range 3 {
		s.wait(10 * time.Second)
		require.Empty(t, s.poll(w))
	}
	s.save("late.wav", 3)
	s.wait(10 * time.Second)
	require.Equal(t, []float64{3}, seconds(s.poll(w)))
	require.Zero(t, w.Invalid())
}

func TestWaitsForTheEndOfAFile(t *testing.T) {
	s := newServer(t)
	w := New(s.now.Add(-time.Second))
	s.save("a.wav", 1)
	require.Empty(t, s.poll(w), "it may still be written")
	s.wait(time.Second)
	s.save("a.wav", 2)
	require.Empty(t, s.poll(w), "it was")
	s.wait(time.Second)
	require.Equal(t, []float64{2}, seconds(s.poll(w)), "it is as it was at the last look")
}

// A folder is listed once more if it was listed in the step of time in which it changed.
func TestSeesWhatComesWithinAStepOfTime(t *testing.T) {
	s := newServer(t)
	w := New(s.now.Add(-time.Second))
	s.save("a.wav", 1)
	s.poll(w)
	s.save("b.wav", 2)
	s.wait(3 * time.Second)
	require.Equal(t, []float64{1, 2}, seconds(s.poll(w)))
}

func TestAnUnchangedFolderIsNotListed(t *testing.T) {
	s := newServer(t)
	w := New(s.now.Add(-time.Minute))
	s.touch()
	changed := s.now
	s.wait(10 * time.Second)
	require.Empty(t, s.poll(w))
	s.save("hidden.wav", 1)
	require.NoError(t, os.Chtimes(s.dir, changed, changed))
	s.wait(10 * time.Second)
	require.Empty(t, s.poll(w), "the folder looks as before")
	s.touch()
	s.wait(10 * time.Second)
	require.Equal(t, []float64{1}, seconds(s.poll(w)))
}

func TestTheSameFileGivesTheSameAtEveryReading(t *testing.T) {
	s := newServer(t)
	since := s.now.Add(-time.Second)
	s.save("我的密码.wav", 1)
	s.save("another.wav", 1)
	s.wait(10 * time.Second)
	first, second := s.poll(New(since)), s.poll(New(since))
	require.Len(t, first, 2)
	require.ElementsMatch(t, first, second)
	require.NotEqual(t, first[0].ID, first[1].ID)
	require.NotEqual(t, first[0].At, first[1].At, "two of the same millisecond stay two")
	written := s.now.Add(-10 * time.Second)
	for _, f := range first {
		require.Equal(t, written, f.At.Truncate(time.Millisecond))
		require.Regexp(t, "^[0-9a-f]{16}$", f.ID)
	}
}

func TestGoesOnWhereAnotherWatcherWas(t *testing.T) {
	s := newServer(t)
	first := New(s.now)
	s.wait(time.Second)
	s.save("a.wav", 1)
	s.wait(10 * time.Second)
	require.Len(t, s.poll(first), 1)
	s.save("b.wav", 2)
	s.poll(first) // still waits for the end of b
	since := first.Since()
	s.wait(time.Second)
	s.save("c.wav", 3)
	s.wait(10 * time.Second)
	require.Equal(t, []float64{2, 3}, seconds(s.poll(New(since))))
}

func TestSkipsWhatIsToldInAnotherWay(t *testing.T) {
	s := newServer(t)
	w := New(s.now)
	s.wait(time.Second)
	s.save("a.wav", 1)
	s.wait(time.Second)
	w.Skip(s.now)
	s.wait(10 * time.Second)
	require.Empty(t, s.poll(w))
	s.save("b.wav", 2)
	s.wait(10 * time.Second)
	require.Equal(t, []float64{2}, seconds(s.poll(w)))
}

func TestWhatIsNoAudioIsCounted(t *testing.T) {
	s := newServer(t)
	w := New(s.now)
	s.wait(time.Second)
	s.write("broken.wav", []byte("RIFF"))
	require.NoError(t, os.Mkdir(filepath.Join(s.dir, "folder.wav"), 0o755))
	require.NoError(t, unix.Mkfifo(filepath.Join(s.dir, "pipe.wav"), 0o644))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(s.dir, "link.wav")))
	s.save("good.wav", 1)
	future := s.now.Add(time.Hour)
	s.save("future.wav", 1)
	require.NoError(t, os.Chtimes(filepath.Join(s.dir, "future.wav"), future, future))
	s.wait(10 * time.Second)
	require.Equal(t, []float64{1}, seconds(s.poll(w)))
	s.wait(10 * time.Second)
	require.Empty(t, s.poll(w))
	require.EqualValues(t, 2, w.Invalid())
}

func TestBoundsTheWorkOfAPoll(t *testing.T) {
	s := newServer(t)
	since := s.now.Add(-time.Second)
	w := New(since)
	for i := range maxHeaders + 50 {
		s.save(fmt.Sprint(i, ".wav"), 0.001)
	}
	s.wait(10 * time.Second)
	require.Len(t, s.poll(w), maxHeaders)
	require.Equal(t, since, w.Since(), "some still wait")
	require.Len(t, s.poll(w), 50)
	require.Equal(t, s.now.Add(-10*time.Second), w.Since())
}

func TestFindsTheFolderAsTheServerSeesIt(t *testing.T) {
	s := newServer(t)
	root := t.TempDir()
	process := filepath.Join(s.proc, strconv.Itoa(pid))
	require.NoError(t, os.Symlink(root, filepath.Join(process, "root")))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "data/audio"), 0o755))
	require.NoError(t, os.Remove(s.dir))
	_, ok := Find(s.proc, pid)
	require.False(t, ok)
	require.NoError(t, os.Symlink("/data/audio", s.dir))
	folder, ok := Find(s.proc, pid)
	require.True(t, ok)
	require.Equal(t, filepath.Join(process, "root/data/audio"), folder.String())
}
