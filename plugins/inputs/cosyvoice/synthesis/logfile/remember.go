package logfile

import (
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// youth is how much older than the follower a server may be to count as young, and how
// much older than its server a log may be to count as made for it: a script may prepare
// things between the two.
const youth = 3 * time.Minute

// Checkpoint tells how far reading came, for the Known of a later Follower, which goes on
// at the start of the line that was being read. It may be saved any time later.
func (f *Follower) Checkpoint() []Saved {
	files := slices.Clone(f.known)
	for _, s := range f.streams {
		for _, file := range s.queue {
			files = append(files, file.saved())
		}
	}
	return files
}

// remember makes a content that was read to its end known again under another name, so
// that it is not read twice, and read on where another server appends to it.
func (f *Follower) remember(ended *file) {
	saved := ended.saved()
	saved.Offset, saved.Done = saved.Read, true
	f.known = append(f.known, saved)
}

// forget lets go of the contents that were known the longest.
func (f *Follower) forget() {
	if extra := len(f.known) - keptKnown; extra > 0 {
		f.known = slices.Delete(f.known, 0, extra)
	}
}

// recall finds what is known of a content, and takes it out of what waits to be found.
func (f *Follower) recall(file *file) (Saved, bool) {
	i := indexOf(f.known, file)
	if i < 0 {
		return Saved{}, false
	}
	saved := f.known[i]
	f.known = slices.Delete(f.known, i, i+1)
	return saved, true
}

// indexOf finds the content of a file, rather the file itself than a copy of it.
func indexOf(contents []Saved, file *file) int {
	if i := slices.IndexFunc(contents, func(s Saved) bool { return s.isFile(file) }); i >= 0 {
		return i
	}
	return slices.IndexFunc(contents, func(s Saved) bool { return s.isCopiedIn(file) })
}

// enter decides from where a file is read on that a stream found, and finds the files
// that were in its place before and are not read to their end.
func (f *Follower) enter(s *stream, handle *os.File) ([]*file, error) {
	fresh, err := newFile(f.newID(), s.path, handle)
	if err != nil {
		return nil, err
	}
	saved, known := f.recall(fresh)
	replaced := slices.ContainsFunc(f.known, func(s Saved) bool { return s.Path == fresh.path })
	switch {
	case known:
		fresh.resume(saved)
	case replaced || s.missing || f.options.FromBeginning || f.isOwnLog(s, fresh):
	default:
		if err := fresh.seek(alignToLine(handle, fresh.size)); err != nil {
			return nil, err
		}
	}
	return append(f.unfinishedBefore(s), fresh), nil
}

// isOwnLog tells whether all that is in a file was written by the young server.
func (f *Follower) isOwnLog(s *stream, file *file) bool {
	if s.started.Before(f.made.Add(-youth)) {
		return false
	}
	if s.own {
		return true
	}
	var st unix.Statx_t
	err := unix.Statx(file.fd, "", unix.AT_EMPTY_PATH, unix.STATX_BTIME, &st)
	if err != nil || st.Mask&unix.STATX_BTIME == 0 {
		return false
	}
	return !time.Unix(st.Btime.Sec, int64(st.Btime.Nsec)).Before(s.started.Add(-youth))
}
