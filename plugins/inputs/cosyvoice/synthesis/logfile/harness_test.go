package logfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const plenty = 1 << 30

// reader makes lines of what a Follower hands out, as its owner does.
type reader struct {
	t     *testing.T
	files map[FileID]*open
	lines []line
	all   []string
	begun []int64 // offsets
	ended []FileID
	live  int // bytes
}

type open struct {
	next    int64 // offset
	start   int64 // of the partial line
	partial []byte
}

// line is one that was read, with its place.
type line struct {
	offset int64
	text   string
}

func newReader(t *testing.T) *reader { return &reader{t: t, files: make(map[FileID]*open)} }

func (r *reader) Begin(file FileID, offset int64) {
	r.files[file] = &open{next: offset, start: offset}
	r.begun = append(r.begun, offset)
}

func (r *reader) Data(file FileID, offset int64, p []byte, live bool) {
	f := r.files[file]
	require.NotNil(r.t, f, "data of file %d without a beginning", file)
	require.NotEmpty(r.t, p)
	if offset != f.next {
		require.Empty(r.t, f.partial, "a gap inside a line")
		f.next, f.start = offset, offset
	}
	f.next += int64(len(p))
	f.partial = append(f.partial, p...)
	if live {
		r.live += len(p)
	}
	for {
		end := bytes.IndexByte(f.partial, '\n') + 1
		if end == 0 {
			return
		}
		r.lines = append(r.lines, line{offset: f.start, text: string(f.partial[:end-1])})
		f.partial = f.partial[end:]
		f.start += int64(end)
	}
}

func (r *reader) End(file FileID, complete bool) {
	f := r.files[file]
	require.NotNil(r.t, f, "end of file %d without a beginning", file)
	if complete && len(bytes.TrimLeft(f.partial, "\x00")) > 0 {
		r.lines = append(r.lines, line{offset: f.start, text: string(f.partial)})
	}
	delete(r.files, file)
	r.ended = append(r.ended, file)
}

// take returns the lines since it was called last.
func (r *reader) take() []string {
	texts := make([]string, 0, len(r.lines))
	for _, line := range r.lines {
		texts = append(texts, line.text)
	}
	r.lines = nil
	r.all = append(r.all, texts...)
	return texts
}

// journal keeps what was logged.
type journal struct {
	mutex sync.Mutex
	lines []string
}

func (j *journal) Infof(format string, args ...any) { j.add("I! "+format, args) }
func (j *journal) Warnf(format string, args ...any) { j.add("W! "+format, args) }

func (j *journal) add(format string, args []any) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) warnings() []string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	var found []string
	for _, line := range j.lines {
		if warning, ok := strings.CutPrefix(line, "W! "); ok {
			found = append(found, warning)
		}
	}
	return found
}

// bench is a Follower with what it needs.
type bench struct {
	t        *testing.T
	dir      string
	log      string
	now      time.Time
	journal  *journal
	reader   *reader
	options  Options
	follower *Follower
}

// newBench follows cosyvoice.log in an empty folder by its name.
func newBench(t *testing.T) *bench {
	b := &bench{t: t, dir: t.TempDir(), now: time.Now(), journal: new(journal), reader: newReader(t)}
	b.log = filepath.Join(b.dir, "cosyvoice.log")
	b.options = Options{
		Patterns: []string{b.log},
		Now:      func() time.Time { return b.now },
		Log:      b.journal,
	}
	t.Cleanup(func() {
		if b.follower != nil {
			b.follower.Close()
		}
	})
	return b
}

// start makes the Follower, or a new one.
func (b *bench) start() {
	if b.follower != nil {
		b.follower.Close()
	}
	b.follower = New(b.options)
}

// poll polls once, a second after the last time.
func (b *bench) poll() []string {
	b.t.Helper()
	if b.follower == nil {
		b.start()
	}
	b.now = b.now.Add(time.Second)
	b.follower.Poll(plenty, b.reader)
	return b.reader.take()
}

// polls polls several times.
func (b *bench) polls(n int) []string {
	b.t.Helper()
	var lines []string
	for range n {
		lines = append(lines, b.poll()...)
	}
	return lines
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// write appends to a file, by an open and a close of its own.
func (b *bench) write(name, text string) {
	b.t.Helper()
	writer := b.writer(name, os.O_APPEND)
	writer.write(text)
	writer.close()
}

func (b *bench) rename(from, to string) {
	b.t.Helper()
	require.NoError(b.t, os.Rename(b.path(from), b.path(to)))
}

func (b *bench) remove(name string) {
	b.t.Helper()
	require.NoError(b.t, os.Remove(b.path(name)))
}

// copyTruncate does what logrotate does under that name.
func (b *bench) copyTruncate(from, to string) {
	b.t.Helper()
	content, err := os.ReadFile(b.path(from))
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(b.path(to), content, 0o600))
	require.NoError(b.t, os.Truncate(b.path(from), 0))
}

// writer is a program that keeps its log open.
type writer struct {
	t    *testing.T
	file *os.File
}

func (b *bench) writer(name string, flags int) writer {
	b.t.Helper()
	require.NoError(b.t, os.MkdirAll(filepath.Dir(b.path(name)), 0o700))
	file, err := os.OpenFile(b.path(name), os.O_CREATE|os.O_WRONLY|flags, 0o600)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { file.Close() })
	return writer{t: b.t, file: file}
}

func (w writer) write(text string) {
	w.t.Helper()
	_, err := w.file.WriteString(text)
	require.NoError(w.t, err)
}

func (w writer) close() { require.NoError(w.t, w.file.Close()) }
