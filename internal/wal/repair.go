// Package wal mends the disk buffers of Telegraf. Telegraf keeps one tidwall/wal
// log for each output below its buffer_directory. It refuses to start when the
// last segment of a log ends in the middle of an entry, as a power loss or a full
// disk leaves it, and panics when it reads an entry that it cannot decode.
package wal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/influxdata/telegraf/metric"
)

// AsideDir is the folder in the buffer directory that receives what was cut out.
// It stands beside the logs because tidwall/wal would take a file inside one of
// them for a segment.
const AsideDir = "set-aside"

// Report tells what Repair changed. It is empty when all was healthy.
type Report struct {
	Buffers []Buffer
	Dropped Dropped // copies of earlier repairs
}

// Buffer is one repaired log.
type Buffer struct {
	Dir     string  // folder of the log
	Entries int     // whole entries that the log holds now
	Gap     uint64  // index numbers that had no whole entry before a later segment
	Aside   []Aside // what was cut out, in the order of the log
}

// Aside is what was cut out of one segment file.
type Aside struct {
	Segment string // name of the segment file at the time
	Bytes   int64
	File    string // path of the copy
}

// Repair makes every log below a buffer_directory readable for Telegraf, which
// must not be running. Each entry that Telegraf can decode stays in place and in
// order; the bytes between them move to AsideDir; later segments are renumbered
// so that no gap remains. A healthy log is not touched, save that a truncation
// that Telegraf was in the middle of is finished as Telegraf itself would do.
// A directory that does not exist is healthy. Before all that the oldest copies of
// earlier repairs go that are beyond AsideLimit, which makes room on a full disk.
//
// Repair is safe to interrupt and to run again. With an error the report still
// names the logs that were repaired before it.
func Repair(dir string) (Report, error) {
	// The type of the metrics has to be known to gob before one is decoded.
	metric.Init()

	var report Report
	aside := filepath.Join(dir, AsideDir)
	var dropErr error
	report.Dropped, dropErr = dropOld(aside, AsideLimit)
	folders, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return report, dropErr
	}
	if err != nil {
		return report, fmt.Errorf("cannot list Telegraf's disk buffers: %w", err)
	}
	for _, folder := range folders {
		if !folder.IsDir() || folder.Name() == AsideDir {
			continue
		}
		buffer, err := repairLog(filepath.Join(dir, folder.Name()), &shelf{dir: aside})
		if buffer.Gap > 0 || len(buffer.Aside) > 0 {
			report.Buffers = append(report.Buffers, buffer)
		}
		if err != nil {
			return report, fmt.Errorf("cannot repair Telegraf's disk buffer %q: %w", buffer.Dir, err)
		}
	}
	return report, dropErr
}

func repairLog(dir string, shelf *shelf) (Buffer, error) {
	buffer := Buffer{Dir: dir}
	var segments []segment
	err := finishTruncate(dir, shelf)
	if err == nil {
		segments, err = listSegments(dir)
	}
	if err == nil {
		err = examine(segments)
	}
	if err == nil {
		buffer.Entries, buffer.Gap, err = mend(segments, shelf)
	}
	buffer.Aside = shelf.items
	return buffer, err
}

// mend cuts the damage out of the segments and closes the gaps between them. It
// returns the number of entries left, and how far the last segment moved.
func mend(segments []segment, shelf *shelf) (entries int, gap uint64, _ error) {
	var next uint64 // index of the first entry of the segment at hand
	for i, s := range segments {
		if err := s.cutDamage(shelf); err != nil {
			return entries, gap, err
		}
		if i == 0 {
			next = s.index
		}
		// A segment that overlaps the one before keeps its place: tidwall/wal reads
		// the later one.
		next = min(next, s.index)
		gap = s.index - next
		if gap > 0 {
			// The name is free, or that of a segment of which nothing is left.
			if err := os.Rename(s.path, s.pathAt(next)); err != nil {
				return entries, gap, fmt.Errorf("close the gap before a segment: %w", err)
			}
		}
		entries += s.entries
		next += uint64(s.entries)
	}
	return entries, gap, nil
}
