package logfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// deletedGrace is how long a deleted file is held open after it grew last: its writer may
// still have it, but its space is to be freed some day.
const deletedGrace = 10 * time.Minute

// stream is one place where a log is written: the file that a server has open, wherever
// it is moved to, or the files that bear a name one after the other.
type stream struct {
	source
	follower *Follower
	// queue holds what is left to read, the oldest first. The last is where new lines
	// come; those before it were moved away or are copies.
	queue   []*file
	missing bool      // was there a time without a file?
	lost    time.Time // when the name was found to stand for no file; zero while it does
	leaving bool      // to be read to the end and given up
	given   bool      // another follower reads it by now
	problem string
}

// source says how to get at a stream.
type source struct {
	path    string // in messages, and of which rotated files are looked for
	name    string // to open it by
	folder  string // of path, as this program reaches it
	byName  bool
	own     bool // the server emptied it, or writes over what was there
	started time.Time
	identity
}

// poll reads on.
func (s *stream) poll(b *batch) {
	if len(s.queue) == 0 && !s.leaving {
		s.open(b)
	}
	for len(s.queue) > 0 {
		head := s.queue[0]
		superseded := s.isSuperseded()
		touched := head.changed
		err := head.poll(b)
		switch {
		case errors.Is(err, errTruncated) && s.restart(head, b):
			continue
		case err != nil:
			s.reopen(head, err, b)
			return
		}
		// The kernel notes a renaming as a change, so an idle file has kept its name; but
		// not that of a folder above.
		if s.byName && (b.rescan || s.isLost() || len(s.queue) > 1 || head.changed != touched || !head.isDrained()) {
			s.checkName(b)
		}
		if !s.byName {
			s.complain(b, nil)
		}
		if !head.isDrained() || !superseded && !s.isForgotten(head, b) {
			return
		}
		s.end(head, !head.copied, b)
	}
}

// isSuperseded tells, before the first file is read, whether what is there now is all
// that will come: whoever moves a log away may go on writing to it until the new one has
// its first line.
func (s *stream) isSuperseded() bool {
	if s.leaving || s.queue[0].final {
		return true
	}
	if len(s.queue) < 2 {
		return false
	}
	next := s.queue[1]
	var st unix.Stat_t
	return next.final || unix.Fstat(next.fd, &st) != nil || st.Size > 0
}

func (s *stream) isForgotten(f *file, b *batch) bool {
	return s.isLost() && f.links == 0 && b.now.Sub(s.lost) > deletedGrace && b.now.Sub(f.grew) > deletedGrace
}

func (s *stream) isLost() bool { return !s.lost.IsZero() }

func (s *stream) lose(b *batch) {
	if !s.isLost() {
		s.lost = b.now
	}
}

// checkName looks whether the name stands for another file by now.
func (s *stream) checkName(b *batch) {
	last := s.queue[len(s.queue)-1]
	var st unix.Stat_t
	if err := unix.Stat(s.name, &st); err != nil {
		s.lose(b)
		s.complain(b, err)
		return
	}
	s.lost = time.Time{}
	if identityOf(&st) == last.identity {
		s.complain(b, nil)
		return
	}
	if s.follower.isFollowed(identityOf(&st)) {
		return
	}
	handle, err := openRegular(s.name)
	if err != nil {
		s.complain(b, err)
		return
	}
	next, err := newFile(s.follower.newID(), s.path, handle)
	if err != nil {
		handle.Close()
		s.complain(b, err)
		return
	}
	// It may be an older log that was moved back.
	if saved, ok := s.follower.recall(next); ok {
		next.resume(saved)
	}
	s.complain(b, nil)
	b.stats.Rotations++
	b.log.Infof("The log %s was replaced; the one before is read to its end", s.path)
	if len(s.queue) > 1 && last.size == 0 {
		last.close()
		s.queue = s.queue[:len(s.queue)-1]
	}
	s.queue = append(s.queue, next)
}

// open opens the stream for the first time, or again after it was given up.
func (s *stream) open(b *batch) {
	handle, err := openRegular(s.name)
	if err != nil {
		s.lose(b)
		s.missing = s.missing || errors.Is(err, fs.ErrNotExist)
		s.complain(b, err)
		return
	}
	files, err := s.follower.enter(s, handle)
	if err != nil {
		handle.Close()
		s.complain(b, err)
		return
	}
	s.lost = time.Time{}
	s.complain(b, nil)
	s.queue = files
	s.identity = files[len(files)-1].identity
}

// restart follows a file that was emptied, and tells whether it could. Where a copy was
// made before, what was not read yet is read there.
func (s *stream) restart(f *file, b *batch) bool {
	if f.final {
		s.end(f, false, b)
		return true
	}
	fresh, err := newFile(s.follower.newID(), f.path, f.handle)
	if err != nil {
		return false
	}
	b.stats.Truncations++
	rest := s.queue[1:]
	if copied := s.copyOf(f); copied != nil {
		b.log.Infof("The log %s was emptied; what was not read yet is read from %s", f.path, copied.Name())
		if f.setHandle(copied) == nil {
			f.final, f.copied = true, true
			s.queue = append([]*file{f, fresh}, rest...)
			return true
		}
		copied.Close()
	}
	b.log.Infof("The log %s was emptied", f.path)
	f.endBegun(false, b)
	s.follower.remember(f)
	s.queue = append([]*file{fresh}, rest...)
	return true
}

// reopen tries to get at a file again that cannot be read, as on a network file system
// whose server has replaced it.
func (s *stream) reopen(f *file, cause error, b *batch) {
	if f.final || len(s.queue) > 1 {
		s.complain(b, cause)
		s.end(f, false, b) // its name is another's
		return
	}
	handle, err := openRegular(s.name)
	if err != nil {
		s.complain(b, fmt.Errorf("%w; nor can it be opened again: %w", cause, err))
		if s.leaving {
			s.end(f, false, b)
		}
		return
	}
	s.complain(b, cause)
	old := f.handle
	if err := f.setHandle(handle); err != nil {
		handle.Close()
		return
	}
	old.Close()
	// If it is another file, the next poll finds other bytes before the offset.
	s.identity = f.identity
}

// end gives up the first file of the queue.
func (s *stream) end(f *file, complete bool, b *batch) {
	f.endBegun(complete, b)
	s.queue = s.queue[1:]
	s.follower.remember(f)
	f.close()
	if len(s.queue) == 0 {
		s.missing = true
	}
}

func (f *file) endBegun(complete bool, b *batch) {
	if f.begun {
		b.sink.End(f.id, complete)
	}
}

// complain logs a problem when it changes.
func (s *stream) complain(b *batch, err error) {
	problem := ""
	if err != nil {
		problem = s.describe(err)
	}
	if problem != s.problem && problem != "" {
		b.log.Warnf("%s", problem)
	}
	s.problem = problem
}

func (s *stream) describe(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("There is no log %s at present; it is read as soon as it appears", s.path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Sprintf("The log %s is not readable: %v; run cosyvoice-telegraf as root or as the user who owns it", s.path, err)
	default:
		return fmt.Sprintf("The log %s cannot be read at present and is tried again: %v", s.path, err)
	}
}
