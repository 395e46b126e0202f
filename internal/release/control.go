// Package release asks CosyVoice servers that run with deploy/python to give back the GPU
// memory that PyTorch keeps unused.
package release

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// Find returns the path at which a process of a server can be asked, or "" if it cannot: it was
// started without deploy/python, or has synthesised nothing yet. Only the process's own user and
// root may look; the error for others is an fs.ErrPermission. It knows the socket by its name and
// by the process's own descriptors, and reaches it through the process's root, so that a server
// in a container is asked like any other.
func Find(procRoot string, pid int) (string, error) {
	process := filepath.Join(procRoot, strconv.Itoa(pid))
	files, err := procfs.NewFS(procRoot)
	if err != nil {
		return "", fmt.Errorf("open the proc file system: %w", err)
	}
	proc, err := files.Proc(pid)
	if err != nil {
		return "", fmt.Errorf("look at process %d: %w", pid, err)
	}
	owned, err := sockets(proc)
	if err != nil {
		return "", fmt.Errorf("look at the sockets of process %d: %w", pid, err)
	}
	status, err := proc.NewStatus()
	if err != nil {
		return "", fmt.Errorf("look at process %d: %w", pid, err)
	}
	inside := strconv.Itoa(pid) // as the process itself counts
	if n := len(status.NSpids); n > 0 {
		inside = strconv.FormatUint(status.NSpids[n-1], 10)
	}
	file, err := os.Open(filepath.Join(process, "net", "unix")) // of its network namespace
	if err != nil {
		return "", fmt.Errorf("look for the sockets of process %d: %w", pid, err)
	}
	defer file.Close()
	path, err := parseSockets(file, owned, "cosyvoice-release-"+inside+"-")
	if err != nil || path == "" {
		return "", err
	}
	return filepath.Join(process, "root", path), nil
}

// parseSockets finds, in the form of /proc/net/unix, the path of one of the given inodes whose
// file's name begins so. Lines of another form it passes over: a socket may be called anything.
// A process that was forked off holds its parent's sockets as well; hence the name.
func parseSockets(r io.Reader, inodes map[uint64]bool, prefix string) (string, error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		// Num RefCount Protocol Flags Type St Inode Path
		head, path, ok := strings.Cut(lines.Text(), " /")
		fields := strings.Fields(head)
		if !ok || len(fields) != 7 || !strings.HasPrefix(filepath.Base(path), prefix) {
			continue
		}
		if inode, err := strconv.ParseUint(fields[6], 10, 64); err == nil && inodes[inode] {
			return "/" + path, nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("read the list of sockets: %w", err)
	}
	return "", nil
}

// sockets are the inodes of those that a process has open.
func sockets(proc procfs.Proc) (map[uint64]bool, error) {
	targets, err := proc.FileDescriptorTargets()
	if err != nil {
		return nil, err
	}
	owned := make(map[uint64]bool)
	for _, target := range targets {
		if number, ok := strings.CutPrefix(target, "socket:["); ok {
			if inode, err := strconv.ParseUint(strings.TrimSuffix(number, "]"), 10, 64); err == nil {
				owned[inode] = true
			}
		}
	}
	return owned, nil
}

// isGone tells that a process has ended while it was looked at.
func isGone(err error) bool { return errors.Is(err, os.ErrNotExist) }
