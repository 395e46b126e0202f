package logfile

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxSiblings bounds how many files are looked into for one that was moved away.
const maxSiblings = 64

// rotated is what logrotate and Python's logging.handlers add to a name: a number, or a
// date.
var rotated = regexp.MustCompile(`^[.-][0-9][0-9T:_.-]*$`)

var compressed = []string{".gz", ".xz", ".bz2", ".zst"}

// sibling is a file beside a log whose name begins as the log's.
type sibling struct {
	name    string
	rotated bool
	written time.Time
}

// siblings lists them, the one that was written to last coming last.
func (s *stream) siblings() []sibling {
	folder := s.folder
	entries, err := os.ReadDir(folder)
	if err != nil {
		// The server through whose eyes it was seen is gone.
		folder = filepath.Dir(s.path)
		if entries, err = os.ReadDir(folder); err != nil {
			return nil
		}
	}
	base := filepath.Base(s.path)
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	var found []sibling
	for _, entry := range entries {
		name := entry.Name()
		if !entry.Type().IsRegular() || name == base || !strings.HasPrefix(name, stem) ||
			slices.Contains(compressed, filepath.Ext(name)) {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			continue
		}
		suffix, ok := strings.CutPrefix(name, base)
		found = append(found, sibling{
			name:    filepath.Join(folder, name),
			rotated: ok && rotated.MatchString(suffix),
			written: info.ModTime(),
		})
	}
	slices.SortFunc(found, func(a, b sibling) int {
		// Of those of the same instant, the one with the higher number is older.
		return cmp.Or(a.written.Compare(b.written), len(b.name)-len(a.name), strings.Compare(b.name, a.name))
	})
	return found[max(0, len(found)-maxSiblings):]
}

// copyOf opens the copy of a file that was made before it was emptied.
func (s *stream) copyOf(f *file) *os.File {
	if f.offset == 0 {
		return nil
	}
	read := f.saved()
	for _, sibling := range s.siblings() {
		handle, err := openRegular(sibling.name)
		if err != nil {
			continue
		}
		if read.isIn(handle) {
			return handle
		}
		handle.Close()
	}
	return nil
}

// unfinishedBefore returns the files that had the stream's name while nobody watched and
// are to be read to their end before the present one.
func (f *Follower) unfinishedBefore(s *stream) []*file {
	var unfinished []Saved
	f.known = slices.DeleteFunc(f.known, func(saved Saved) bool {
		wanted := saved.Path == s.path && !saved.Done
		if wanted {
			unfinished = append(unfinished, saved)
		}
		return wanted
	})
	if len(unfinished) == 0 {
		return nil
	}
	names := make(map[*file]sibling)
	var files []*file
	for _, sibling := range s.siblings() {
		if file, err := f.openSibling(sibling, s.path); err == nil {
			names[file] = sibling
			files = append(files, file)
		}
	}
	resumed := make(map[*file]bool)
	for _, saved := range unfinished {
		i := slices.IndexFunc(files, func(file *file) bool { return !resumed[file] && saved.isFile(file) })
		if i < 0 {
			i = slices.IndexFunc(files, func(file *file) bool { return !resumed[file] && saved.isCopiedIn(file) })
		}
		if i < 0 {
			f.options.Log.Warnf("The log %s was replaced or emptied, and what was in it before is no longer beside it: the lines that were not read yet are lost", s.path)
			continue
		}
		resumed[files[i]] = true
		files[i].resume(saved)
		files[i].copied = files[i].identity != saved.identity
	}
	var queue []*file
	for _, file := range files {
		// A rotated file that is younger than one that was being read came between.
		between := len(queue) > 0 && names[file].rotated && indexOf(f.known, file) < 0
		if !resumed[file] && !between {
			file.close()
			continue
		}
		queue = append(queue, file)
	}
	return queue
}

func (f *Follower) openSibling(s sibling, path string) (*file, error) {
	handle, err := openRegular(s.name)
	if err != nil {
		return nil, err
	}
	file, err := newFile(f.newID(), path, handle)
	if err != nil {
		handle.Close()
		return nil, err
	}
	file.final = true
	return file, nil
}
