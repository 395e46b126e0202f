package wal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tidwall/wal"
)

// indexDigits is the length of a segment's file name: the index of its first
// entry, padded with zeros.
const indexDigits = 20

// Suffixes of the segment that an interrupted truncation of the front or of the
// back leaves. It supersedes the segments before it, or after it.
const (
	startSuffix = ".START"
	endSuffix   = ".END"
)

// segment is one file of a log.
type segment struct {
	path    string
	index   uint64
	entries int
	damage  []span
}

func (s segment) pathAt(index uint64) string {
	return filepath.Join(filepath.Dir(s.path), fmt.Sprintf("%0*d", indexDigits, index))
}

// parseSegmentName follows load() of tidwall/wal v1.2.1: other names are not part
// of the log.
func parseSegmentName(name string) (index uint64, suffix string, ok bool) {
	if len(name) < indexDigits {
		return 0, "", false
	}
	index, err := strconv.ParseUint(name[:indexDigits], 10, 64)
	if err != nil || index == 0 {
		return 0, "", false
	}
	suffix = name[indexDigits:]
	return index, suffix, suffix == "" || suffix == startSuffix || suffix == endSuffix
}

func listSegments(dir string) ([]segment, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var segments []segment
	for _, file := range files {
		index, _, ok := parseSegmentName(file.Name())
		if ok && !file.IsDir() {
			segments = append(segments, segment{path: filepath.Join(dir, file.Name()), index: index})
		}
	}
	return segments, nil
}

// finishTruncate removes the files of an interrupted truncation by the rules of
// tidwall/wal, which does so when it opens the log. It refuses a log with both
// kinds; Telegraf only ever truncates the front, so the other kind goes aside.
func finishTruncate(dir string, shelf *shelf) error {
	segments, err := listSegments(dir)
	if err != nil {
		return err
	}
	hasSuffix := func(suffix string) func(segment) bool {
		return func(s segment) bool { return strings.HasSuffix(s.path, suffix) }
	}
	hasStart := slices.ContainsFunc(segments, hasSuffix(startSuffix))
	hasEnd := slices.ContainsFunc(segments, hasSuffix(endSuffix))
	if !hasStart && !hasEnd {
		return nil
	}
	if hasStart && hasEnd {
		for _, s := range segments {
			if !strings.HasSuffix(s.path, endSuffix) {
				continue
			}
			if err := shelf.move(s.path); err != nil {
				return err
			}
		}
	}
	log, err := wal.Open(dir, &wal.Options{AllowEmpty: true})
	if errors.Is(err, wal.ErrCorrupt) {
		// The truncation was finished before the damage was met.
		return nil
	}
	if err != nil {
		return fmt.Errorf("finish an interrupted truncation: %w", err)
	}
	return log.Close()
}

// examine finds the entries and the damage of each segment. Decoding is slow
// (about 20,000 entries a second) and a backlog can be gigabytes, so a few
// segments, of 20 MB each, are read at once.
func examine(segments []segment) error {
	var wait sync.WaitGroup
	places := make(chan struct{}, min(runtime.NumCPU(), 8))
	errs := make([]error, len(segments))
	for i := range segments {
		wait.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			data, err := os.ReadFile(segments[i].path)
			if err != nil {
				errs[i] = err
				return
			}
			segments[i].entries, segments[i].damage = scan(data)
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// cutDamage takes the damaged bytes out of the file, after a copy is safe.
func (s segment) cutDamage(shelf *shelf) error {
	if len(s.damage) == 0 {
		return nil
	}
	data, err := os.ReadFile(s.path)
	if err != nil {
		return err
	}
	if err := shelf.keep(s.path, only(data, s.damage)); err != nil {
		return err
	}
	// The common case, a bad tail, must not need another 20 MB on a full disk.
	if first := s.damage[0]; first.end == len(data) {
		return truncate(s.path, int64(first.start))
	}
	return shelf.replace(s.path, without(data, s.damage))
}

func truncate(path string, size int64) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Truncate(size); err != nil {
		return err
	}
	return file.Sync()
}
