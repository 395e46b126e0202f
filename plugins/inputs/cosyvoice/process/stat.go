package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// stat is what this package needs of /proc/<pid>/stat (proc_pid_stat(5)). The file
// is read each second for each process of a server, which with procfs, for its
// general parser and os.Open, takes several times as long.
type stat struct {
	state    byte
	ppid     int
	cpuTicks uint64 // in user and kernel mode
	threads  int
	start    uint64 // in clock ticks since boot
	rssBytes uint64
}

// isGone tells a process that has ended and only waits for its parent to notice.
func (s stat) isGone() bool { return s.state == 'Z' || s.state == 'X' }

// longestStat is several times the longest line of the file.
const longestStat = 2 << 10

// statReader reads into one buffer, for one goroutine.
type statReader struct {
	root   string
	buffer [longestStat]byte
}

func (r *statReader) read(pid int) (stat, error) {
	line, err := readKernelFile(r.file(pid), r.buffer[:])
	if err != nil {
		return stat{}, err
	}
	s, err := parseStat(line)
	if err != nil {
		return stat{}, fmt.Errorf("stat of process %d: %w", pid, err)
	}
	return s, nil
}

func (r *statReader) file(pid int) string { return filepath.Join(r.root, strconv.Itoa(pid), "stat") }

// Fields of the file, counted from the state, which follows the name.
const (
	statState = iota
	statParent
	statUserTicks   = 11
	statKernelTicks = 12
	statThreads     = 17
	statStart       = 19
	statRSS         = 21 // in pages
	statFields      = 22
)

// parseStat reads the fields after the name, which is in brackets and may hold
// spaces and brackets itself.
func parseStat(line []byte) (stat, error) {
	_, rest, found := bytes.Cut(line[max(0, bytes.LastIndexByte(line, ')')):], []byte(") "))
	if !found {
		return stat{}, fmt.Errorf("no name in brackets in %q", line)
	}
	var fields [statFields][]byte
	for i := range fields {
		fields[i], rest, found = bytes.Cut(rest, []byte{' '})
		if !found && i < statFields-1 {
			return stat{}, fmt.Errorf("%d fields in %q", i+1, line)
		}
	}
	if len(fields[statState]) != 1 {
		return stat{}, fmt.Errorf("state %q", fields[statState])
	}
	var err error
	number := func(field int) uint64 {
		// The kernel writes ids and sizes as signed numbers that are never negative.
		n, parseErr := strconv.ParseUint(string(fields[field]), 10, 64)
		if parseErr != nil && err == nil {
			err = parseErr
		}
		return n
	}
	s := stat{
		state:    fields[statState][0],
		ppid:     int(number(statParent)),
		cpuTicks: number(statUserTicks) + number(statKernelTicks),
		threads:  int(number(statThreads)),
		start:    number(statStart),
		rssBytes: number(statRSS) * uint64(os.Getpagesize()),
	}
	return s, err
}
