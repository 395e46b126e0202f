// Package release asks CosyVoice servers that run with deploy/python to give back the GPU
// memory that PyTorch keeps unused.
package release

import (
	"errors"
	"fmt"
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
	own, err := procfs.NewFS(process)
	if err != nil {
		return "", fmt.Errorf("look at process %d: %w", pid, err)
	}
	listening, err := own.NetUNIX() // of the process's network namespace
	if err != nil {
		return "", fmt.Errorf("look for the sockets of process %d: %w", pid, err)
	}
	for _, row := range listening.Rows {
		// A process that was forked off holds its parent's as well.
		if owned[row.Inode] && strings.HasPrefix(filepath.Base(row.Path), "cosyvoice-release-"+inside+"-") {
			return filepath.Join(process, "root", row.Path), nil
		}
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
