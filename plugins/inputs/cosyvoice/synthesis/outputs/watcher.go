// Package outputs counts the audio files that web UI builds of CosyVoice leave in their
// folder "outputs". For a server whose log is not readable, or says nothing of syntheses,
// they are what there is.
//
// Of a file only its name, size, time and header are read. What is found follows from
// them alone, so that a second reading finds the same.
package outputs

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// settled is how long a file must rest to be complete, if it was not looked at before.
	settled = 2 * time.Second
	// maxLooks and maxHeaders bound the work of a poll; the rest waits for the next one.
	maxLooks   = 5000
	maxHeaders = 200
	// aheadAtMost is how far the clock of a file server may be ahead.
	aheadAtMost = time.Minute
)

// File is a complete audio file.
type File struct {
	// ID stands for the name, which may hold what was spoken.
	ID string
	// At is when it was written, to the millisecond; the digits below tell files apart.
	At           time.Time
	AudioSeconds float64
}

// Watcher finds what is new in a folder. Its methods are called from one goroutine.
type Watcher struct {
	since   time.Time // only files that were written later count
	mark    time.Time // Since of a watcher that goes on
	reached time.Time // time of the newest file that was dealt with

	folder   FolderID
	listedAt time.Time // when the folder was last modified before it was listed
	names    names
	waiting  []candidate
	invalid  int64
}

// candidate is a file as it was when last looked at.
type candidate struct {
	name     string
	size     int64
	modified time.Time
}

// New returns a watcher for files that are written later than since.
func New(since time.Time) *Watcher { return &Watcher{since: since, mark: since, reached: since} }

// Since is what a watcher must be given to go on where this one is.
func (w *Watcher) Since() time.Time { return w.mark }

// Invalid counts the files that were new and are no audio.
func (w *Watcher) Invalid() int64 { return w.invalid }

// Skip makes all files count for nothing that were written so far.
func (w *Watcher) Skip(now time.Time) {
	*w = Watcher{since: now, mark: now, reached: now, invalid: w.invalid}
}

// Poll returns the files that are complete and were not returned before. It takes as long
// as the file system does.
func (w *Watcher) Poll(folder Folder, now time.Time) []File {
	if folder.id != w.folder {
		w.folder, w.listedAt, w.names, w.waiting = folder.id, time.Time{}, nil, nil
	}
	if !folder.modified.Equal(w.listedAt) {
		fresh, err := w.names.list(folder.path)
		if err != nil {
			return nil // it has gone meanwhile, or is not readable
		}
		for _, name := range fresh {
			w.waiting = append(w.waiting, candidate{name: name})
		}
		// File systems count time in steps: what comes within the same one is only seen by
		// listing once more.
		if now.Sub(folder.modified) > settled {
			w.listedAt = folder.modified
		}
	}
	files := w.look(folder.path, now)
	if len(w.waiting) == 0 {
		w.mark = w.reached
	}
	return files
}

// look looks at the files that wait, as many as may be.
func (w *Watcher) look(folder string, now time.Time) []File {
	var files []File
	headers := 0
	kept := w.waiting[:0]
	for i, c := range w.waiting {
		if i == maxLooks || headers == maxHeaders {
			kept = append(kept, w.waiting[i:]...)
			break
		}
		info, err := os.Lstat(filepath.Join(folder, c.name))
		if err != nil || !info.Mode().IsRegular() || !info.ModTime().After(w.since) {
			continue
		}
		if !c.isComplete(info, now) {
			kept = append(kept, candidate{c.name, info.Size(), info.ModTime()})
			continue
		}
		if info.ModTime().After(now.Add(aheadAtMost)) {
			w.invalid++
			continue
		}
		if info.ModTime().After(w.reached) {
			w.reached = info.ModTime()
		}
		headers++
		file, err := read(folder, info)
		if err != nil {
			w.invalid++
			continue
		}
		files = append(files, file)
	}
	clear(w.waiting[len(kept):])
	w.waiting = kept
	return files
}

// isComplete tells that nothing was written to the file of late.
func (c *candidate) isComplete(info fs.FileInfo, now time.Time) bool {
	unchanged := c.size == info.Size() && c.modified.Equal(info.ModTime())
	return unchanged || now.Sub(info.ModTime()) >= settled
}

func read(folder string, info fs.FileInfo) (File, error) {
	// Neither a link nor a pipe that took the file's place meanwhile may lead astray.
	handle, err := os.OpenFile(filepath.Join(folder, info.Name()), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return File{}, err
	}
	defer handle.Close()
	seconds, err := wavSeconds(handle, info.Size())
	if err != nil {
		return File{}, err
	}
	// With its time the hash gives away less of the name.
	digest := sha256.Sum256(fmt.Appendf(nil, "%d %s", info.ModTime().UnixNano(), info.Name()))
	below := binary.BigEndian.Uint64(digest[8:]) % uint64(time.Millisecond)
	return File{
		ID:           hex.EncodeToString(digest[:8]),
		At:           info.ModTime().Truncate(time.Millisecond).Add(time.Duration(below)),
		AudioSeconds: seconds,
	}, nil
}
