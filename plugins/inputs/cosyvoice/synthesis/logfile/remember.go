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
const youth = time.Minute

// Checkpoint tells how far reading came, for the Known of a later Follower. The lines
// from the given offsets on, those of the oldest thing in each file that is not over, will
// be read again, and so will all lines of files that followed such a file. A value may be
// saved any time later.
func (f *Follower) Checkpoint(open map[FileID]int64) []Saved {
	unfinished := make(map[*file]bool)
	var files []Saved
	f.ended = slices.DeleteFunc(f.ended, func(ended *file) bool {
		if offset, ok := open[ended.id]; ok || unfinished[ended.after] {
			if !ok {
				offset = ended.start
			}
			unfinished[ended] = true
			files = append(files, ended.saved(offset, false))
			return false
		}
		f.keep(ended)
		return true
	})
	for _, s := range f.streams {
		for _, file := range s.queue {
			offset := file.lineStart
			if oldest, ok := open[file.id]; ok {
				unfinished[file] = true
				offset = min(offset, oldest)
			}
			if unfinished[file.after] {
				unfinished[file] = true
				offset = file.start
			}
			files = append(files, file.saved(offset, false))
		}
	}
	return append(slices.Clone(f.known), files...)
}

// retire closes a file that was read to its end, and keeps in mind where it was read from
// until nothing of it is wanted.
func (f *Follower) retire(ended *file) {
	ended.close()
	f.ended = append(f.ended, ended)
	if len(f.ended) > keptEnded {
		f.keep(f.ended[0])
		f.ended = f.ended[1:]
	}
}

// keep lets go of a content of which nothing is wanted any more.
func (f *Follower) keep(ended *file) {
	f.forgetAfter(ended)
	f.remember(ended)
}

// remember makes a content known again under another name, so that it is not read twice,
// and read on where another server appends to it.
func (f *Follower) remember(ended *file) {
	f.known = append(f.known, ended.saved(ended.offset, true))
	if len(f.known) > keptKnown {
		f.known = f.known[1:]
	}
}

// forgetAfter lets go of a file that others come after.
func (f *Follower) forgetAfter(kept *file) {
	for _, s := range f.streams {
		for _, file := range s.queue {
			if file.after == kept {
				file.after = nil
			}
		}
	}
	for _, file := range f.ended {
		if file.after == kept {
			file.after = nil
		}
	}
}

// recall finds what is known of a content, and takes it out of what waits to be found.
func (f *Follower) recall(file *file) (Saved, bool) {
	if i := indexOf(f.known, file); i >= 0 {
		saved := f.known[i]
		f.known = slices.Delete(f.known, i, i+1)
		return saved, true
	}
	ended := make([]Saved, 0, keptEnded)
	for _, e := range f.ended {
		ended = append(ended, e.saved(e.offset, true))
	}
	if i := indexOf(ended, file); i >= 0 {
		return ended[i], true
	}
	return Saved{}, false
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
	// An ended file that waits in f.ended is one that this one has replaced as well.
	replaced = replaced || slices.ContainsFunc(f.ended, func(e *file) bool { return e.path == fresh.path })
	switch {
	case known:
		fresh.resume(saved)
	case replaced || s.missing || f.options.FromBeginning || f.isOwnLog(s, fresh):
	default:
		fresh.start = alignToLine(handle, fresh.size)
		if err := fresh.seek(fresh.start); err != nil {
			return nil, err
		}
	}
	queue := f.unfinishedBefore(s)
	if len(queue) > 0 {
		fresh.after = queue[len(queue)-1]
	}
	return append(queue, fresh), nil
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
