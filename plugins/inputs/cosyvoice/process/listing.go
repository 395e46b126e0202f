package process

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// listed is one process as the directory of the proc file system shows it. The
// kernel makes a new inode when it hands out a process id again, so the pair
// tells a process from an earlier one without another look at it.
type listed struct {
	pid   int
	inode uint64
}

// lister reads the directory of the proc file system. The standard library
// withholds the inode numbers, which the kernel gives away with the names.
type lister struct {
	root   string
	buffer []byte
	found  []listed
}

// list returns the processes alive; the slice is reused by the next call.
func (l *lister) list() ([]listed, error) {
	dir, err := unix.Open(l.root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", l.root, err)
	}
	defer unix.Close(dir)
	if l.buffer == nil {
		l.buffer = make([]byte, 32<<10)
	}
	l.found = l.found[:0]
	for {
		n, err := unix.ReadDirent(dir, l.buffer)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return nil, fmt.Errorf("list %s: %w", l.root, err)
		case n == 0:
			return l.found, nil
		default:
			l.found = appendProcesses(l.found, l.buffer[:n])
		}
	}
}

// Offsets in struct linux_dirent64 (getdents64(2)).
const (
	direntLength = 16
	direntName   = 19
)

// appendProcesses adds the entries whose names are numbers.
func appendProcesses(found []listed, records []byte) []listed {
	for len(records) > direntName {
		length := int(binary.NativeEndian.Uint16(records[direntLength:]))
		if length <= direntName || length > len(records) {
			break
		}
		name, _, _ := bytes.Cut(records[direntName:length], []byte{0})
		if pid, ok := parsePID(name); ok {
			found = append(found, listed{pid, binary.NativeEndian.Uint64(records)})
		}
		records = records[length:]
	}
	return found
}

func parsePID(name []byte) (int, bool) {
	pid := 0
	for _, digit := range name {
		if digit < '0' || digit > '9' || pid > 1<<24 {
			return 0, false
		}
		pid = 10*pid + int(digit-'0')
	}
	return pid, pid > 0
}
