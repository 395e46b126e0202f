package logfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// liveWithin is how lately the end of a file must have been reached for what follows it
// to count as just written: longer than the longest interval between two polls, and well
// within zoneFits, by which such lines are checked.
const liveWithin = 90 * time.Second

// errTruncated tells that the bytes that were read are no longer in the file.
var errTruncated = errors.New("the file was truncated")

// identity is what the kernel knows a file by.
type identity struct {
	Device uint64 `json:"device"`
	Inode  uint64 `json:"inode"`
}

func identityOf(st *unix.Stat_t) identity { return identity{Device: st.Dev, Inode: st.Ino} }

// file is one content that is being read.
type file struct {
	id     FileID
	path   string
	handle *os.File
	fd     int
	identity
	docker *unwrapper // nil for a plain log

	offset    int64 // of the next byte to read
	lineStart int64 // of the line that offset stands in
	atOpening int64 // size, all of which may be read
	head      []byte
	tail      []byte // the bytes before offset

	begun    bool
	aligning bool // what comes up to the next line feed is passed over
	final    bool // nobody writes to it any more
	copied   bool // its last line may lack its end

	size    int64 // at the last look
	links   uint64
	changed unix.Timespec
	drained time.Time // when its end was last reached
	grew    time.Time
}

// openRegular opens a file for reading, and refuses what is no regular file: a pipe
// would take away what another program is to read.
func openRegular(name string) (*os.File, error) {
	handle, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	info, err := handle.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is a %s and no regular file", name, info.Mode().Type())
	}
	if err != nil {
		handle.Close()
		return nil, err
	}
	return handle, nil
}

// newFile takes over an open file, to be read from its beginning.
func newFile(id FileID, path string, handle *os.File) (*file, error) {
	f := &file{id: id, path: path, tail: make([]byte, 0, 2*printSize)}
	if err := f.setHandle(handle); err != nil {
		return nil, err
	}
	f.atOpening = f.size
	f.head = make([]byte, printSize)
	n, err := handle.ReadAt(f.head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	f.head = f.head[:n]
	if isDockerLog(path, f.head) {
		f.docker = new(unwrapper)
	}
	return f, nil
}

func (f *file) setHandle(handle *os.File) error {
	fd := int(handle.Fd())
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fmt.Errorf("stat %s: %w", handle.Name(), err)
	}
	f.handle, f.fd, f.identity = handle, fd, identityOf(&st)
	f.size, f.changed = st.Size, unix.Timespec{}
	return nil
}

func (f *file) close() { f.handle.Close() }

// seek makes reading go on at an offset.
func (f *file) seek(offset int64) error {
	before := min(offset, printSize)
	f.tail = f.tail[:before]
	if n, err := f.handle.ReadAt(f.tail, offset-before); n < int(before) {
		f.tail = f.tail[:0]
		return err
	}
	f.offset, f.lineStart, f.begun = offset, offset, false
	return nil
}

// resume makes reading begin where it ended before. What is not there any more was
// written anew, and is read from the beginning.
func (f *file) resume(saved Saved) {
	_ = f.seek(saved.Offset) // fails for what is not there any more
}

// isDrained tells that everything was read at the last look.
func (f *file) isDrained() bool { return f.begun && f.offset >= f.size && !f.drained.IsZero() }

// poll reads what is new.
func (f *file) poll(b *batch) error {
	var st unix.Stat_t
	if err := unix.Fstat(f.fd, &st); err != nil {
		return fmt.Errorf("stat %s: %w", f.path, err)
	}
	f.links = st.Nlink
	live := b.now.Sub(f.drained) <= liveWithin
	if st.Size == f.offset && st.Ctim == f.changed {
		f.drained = b.now
		return nil
	}
	f.size = st.Size
	if err := f.skipBacklog(b); err != nil {
		return err
	}
	if !f.begun && !f.aligning {
		f.beginAt(f.offset, b)
	}
	for b.budget > 0 {
		piece := b.buffer[:min(pieceSize, b.budget)]
		n, err := f.handle.ReadAt(piece, f.offset)
		if err != nil && err != io.EOF {
			return fmt.Errorf("read %s: %w", f.path, err)
		}
		// Looked at after the reading: if the bytes before are the old ones even now,
		// the bytes that were read follow them.
		if !f.isSame(b) {
			return errTruncated
		}
		f.take(piece[:n], live, b)
		if n < len(piece) {
			f.size = max(f.offset, st.Size)
			f.drained, f.changed = b.now, st.Ctim
			break
		}
	}
	return nil
}

// isSame tells whether the bytes that were read last still stand there.
func (f *file) isSame(b *batch) bool {
	scratch := b.scratch[:len(f.tail)]
	n, _ := f.handle.ReadAt(scratch, f.offset-int64(len(scratch)))
	return bytes.Equal(scratch[:n], f.tail)
}

func (f *file) beginAt(offset int64, b *batch) {
	f.begun, f.aligning, f.lineStart = true, false, offset
	if f.docker != nil {
		f.docker.reset(offset)
	}
	b.sink.Begin(f.id, offset)
}

// take hands out a piece that was read at f.offset.
func (f *file) take(p []byte, live bool, b *batch) {
	if len(p) == 0 {
		return
	}
	b.budget -= int64(len(p))
	b.stats.BytesRead += int64(len(p))
	if len(p) == pieceSize && f.skipHole(p, b) {
		return
	}
	f.remember(p)
	f.grew = b.now
	offset := f.offset
	f.offset += int64(len(p))
	if f.aligning {
		end := bytes.IndexByte(p, '\n') + 1
		if end == 0 {
			b.stats.BytesSkipped += int64(len(p))
			return
		}
		b.stats.BytesSkipped += int64(end)
		offset, p = offset+int64(end), p[end:]
		f.beginAt(offset, b)
	}
	if f.docker != nil {
		f.takeWrapped(p, live, b)
		return
	}
	if end := bytes.LastIndexByte(p, '\n') + 1; end > 0 {
		f.lineStart = offset + int64(end)
	}
	if len(p) > 0 {
		b.sink.Data(f.id, offset, p, live)
	}
}

// takeWrapped hands out what a container printed.
func (f *file) takeWrapped(p []byte, live bool, b *batch) {
	u := f.docker
	for len(p) > 0 {
		p = u.unwrap(p, &b.stats)
		if len(u.printed) > 0 {
			b.sink.Data(f.id, u.at, u.printed, live)
		}
		if u.next() {
			b.sink.Begin(f.id, u.at)
		}
	}
	f.lineStart = u.lineStart
}

// remember keeps the first and the last bytes, by which the content is known again.
func (f *file) remember(p []byte) {
	if have := int64(len(f.head)); have < printSize && f.offset <= have && have < f.offset+int64(len(p)) {
		more := p[have-f.offset:]
		f.head = append(f.head, more[:min(len(more), printSize-len(f.head))]...)
	}
	p = p[max(0, len(p)-printSize):]
	f.tail = append(f.tail, p...)
	f.tail = append(f.tail[:0], f.tail[max(0, len(f.tail)-printSize):]...)
}
