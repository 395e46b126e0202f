package process

/*
#include "recorder.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/everysecond"
)

// recorder reads /proc/<pid>/stat of the servers' processes once a second, in a thread of
// its own. Its files stay open: one that was opened for a process never shows another, even
// if the process id is handed out again.
type recorder struct {
	root    string
	c       *C.struct_recorder
	targets []recorded
	buffer  [16]C.struct_record
}

// recorded is a process and its open file.
type recorded struct {
	id   processID
	file int
}

func newRecorder(root string) (*recorder, error) {
	c := C.recorder_new()
	if c == nil {
		return nil, errors.New("there is no memory for the samples of a minute")
	}
	return &recorder{root: root, c: c}, nil
}

// run records until the context ends.
func (r *recorder) run(ctx context.Context) error {
	thread, err := everysecond.Start(C.recorder_round, unsafe.Pointer(r.c))
	if err != nil {
		return fmt.Errorf("sample the servers once a second: %w", err)
	}
	<-ctx.Done()
	thread.Stop()
	return nil
}

// watch sets the processes to read. What was not taken is lost.
func (r *recorder) watch(ids []processID) {
	known := make(map[processID]int, len(r.targets))
	for _, t := range r.targets {
		known[t.id] = t.file
	}
	r.targets = r.targets[:0]
	files := make([]C.int, 0, len(ids))
	for _, id := range ids {
		file, open := known[id]
		delete(known, id)
		if !open {
			var err error
			if file, err = r.open(id); err != nil {
				continue // it ended just now, as the next tick will see
			}
		}
		r.targets = append(r.targets, recorded{id, file})
		files = append(files, C.int(file))
	}
	C.recorder_watch(r.c, unsafe.SliceData(files), C.uint32_t(len(files)))
	for _, file := range known {
		unix.Close(file)
	}
}

func (r *recorder) open(id processID) (int, error) {
	name := filepath.Join(r.root, strconv.Itoa(id.pid), "stat")
	file, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	line := make([]byte, longestStat)
	n, err := unix.Pread(file, line, 0)
	if err == nil {
		var s stat
		if s, err = parseStat(line[:n]); err == nil && s.start != id.start {
			err = syscall.ESRCH
		}
	}
	if err != nil {
		unix.Close(file)
	}
	return file, err
}

// round is what was read in one second, by process id: nil of one that was gone.
type round struct {
	at    time.Time
	lines map[int][]byte
}

var errNotRecorded = errors.New("not recorded")

func (r round) read(pid int) (stat, error) {
	line, ok := r.lines[pid]
	switch {
	case !ok:
		return stat{}, errNotRecorded
	case line == nil:
		return stat{}, syscall.ESRCH
	default:
		return parseStat(line)
	}
}

// take returns the rounds since the last call, oldest first. Now is the time of the call.
func (r *recorder) take(now time.Time) []round {
	var rounds []round
	clock := C.recorder_clock()
	last := C.int64_t(0)
	for n := len(r.buffer); n == len(r.buffer); {
		n = int(C.recorder_take(r.c, &r.buffer[0], C.uint32_t(len(r.buffer))))
		for i := range r.buffer[:n] {
			record := &r.buffer[i]
			if record.at != last {
				last = record.at
				rounds = append(rounds, round{now.Add(-time.Duration(clock - last)), make(map[int][]byte, len(r.targets))})
			}
			var line []byte
			if record.length > 0 {
				line = C.GoBytes(unsafe.Pointer(&record.line), C.int(record.length))
			}
			rounds[len(rounds)-1].lines[r.targets[record.target].id.pid] = line
		}
	}
	return rounds
}
