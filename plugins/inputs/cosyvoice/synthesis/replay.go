package synthesis

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// pieceSize is how much of a file is read at a time.
const pieceSize = 256 << 10

// Log is one file of a server, for Replay.
type Log struct {
	Name string
	io.Reader
	// Written is when the last line was written. It is the time of all that a log without
	// stamps tells.
	Written time.Time
}

// Replay gives the tracker all that the logs of one server hold, in order of time, and
// calls after whenever something new may have been found. It reads the files once and
// keeps no more of them than a piece of each. The error names the file.
func Replay(tracker *Tracker, zone *time.Location, logs []Log, after func()) (Counters, error) {
	var failed error
	sources := make([]*source, len(logs))
	streams := make([]iter.Seq[*entry], len(logs))
	for i, log := range logs {
		streams[i] = func(yield func(*entry) bool) {
			going := true
			var e entry
			sources[i] = newSource(zone, func(s *source, record *logline.Record) {
				e = entry{*record, s.now}
				going = going && yield(&e)
			})
			sources[i].arrived(log.Written)
			if err := feed(log, sources[i], &going); err != nil {
				failed = errors.Join(failed, fmt.Errorf("read %s: %w", log.Name, err))
			}
		}
	}
	for e := range merge(streams) {
		tracker.Add(&e.record, e.at)
		if tracker.hasNews() {
			after()
		}
	}
	tracker.End()
	after()
	var counters Counters
	for _, s := range sources {
		counters.add(s.reader.Counters())
	}
	counters.addTracker(tracker)
	return counters, failed
}

func feed(log Log, s *source, going *bool) error {
	piece := make([]byte, pieceSize)
	for *going {
		n, err := log.Read(piece)
		s.reader.Write(piece[:n]) // never fails
		switch {
		case err == io.EOF:
			s.flush()
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// merge gives the entries of several streams in order of their moments. One entry is
// valid until the next.
func merge(streams []iter.Seq[*entry]) iter.Seq[*entry] {
	if len(streams) == 1 {
		return streams[0]
	}
	return func(yield func(*entry) bool) {
		type head struct {
			entry *entry
			next  func() (*entry, bool)
		}
		var heads []head
		for _, stream := range streams {
			next, stop := iter.Pull(stream)
			defer stop()
			if e, ok := next(); ok {
				heads = append(heads, head{e, next})
			}
		}
		for len(heads) > 0 {
			first := 0
			for i := range heads {
				if heads[i].entry.at.Before(heads[first].entry.at) {
					first = i
				}
			}
			if !yield(heads[first].entry) {
				return
			}
			e, ok := heads[first].next()
			if !ok {
				heads = slices.Delete(heads, first, first+1)
				continue
			}
			heads[first].entry = e
		}
	}
}
