package process

import (
	"bytes"
	"os"
	"strconv"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// ending keeps hold of a process, so that the kernel tells how it ended even though another
// program is its parent. Linux does since 6.15, once the parent has asked
// (PIDFD_INFO_EXIT, include/uapi/linux/pidfd.h).
type ending struct{ pidfd *os.File }

// endingOf is of no use where process ids are not those of this program's own proc file
// system, or with an older kernel.
func (o *Observer) endingOf(id processID) ending {
	if o.options.ProcRoot != procfs.DefaultMountPoint {
		return ending{}
	}
	fd, err := unix.PidfdOpen(id.pid, 0)
	if err != nil {
		return ending{}
	}
	e := ending{os.NewFile(uintptr(fd), "pidfd")}
	if now, err := o.stats.read(id.pid); err != nil || now.start != id.start {
		e.close()
		return ending{}
	}
	return e
}

// status is nil if the kernel does not tell.
func (e ending) status() *unix.WaitStatus {
	if e.pidfd == nil {
		return nil
	}
	info := unix.PidfdInfo{Mask: unix.PIDFD_INFO_EXIT}
	if unix.IoctlPidfdInfo(int(e.pidfd.Fd()), &info) != nil || info.Mask&unix.PIDFD_INFO_EXIT == 0 {
		return nil
	}
	return new(unix.WaitStatus(info.Exit_code))
}

func (e ending) close() {
	if e.pidfd != nil {
		e.pidfd.Close()
	}
}

// howEnded tells how a server's process ended; nil if that cannot be known. One whose
// parent has not asked yet has it in its stat, as the last number, for those who may trace
// the process (proc_pid_stat(5), exit_code).
func (o *Observer) howEnded(s *server) *unix.WaitStatus {
	if status := s.ending.status(); status != nil {
		return status
	}
	line, err := readKernelFile(o.stats.file(s.id.pid), o.buffer[:])
	if err != nil {
		return nil
	}
	zombie, err := parseStat(line)
	if err != nil || !zombie.isGone() || zombie.start != s.id.start {
		return nil
	}
	line = bytes.TrimSpace(line)
	code, err := strconv.ParseUint(string(line[bytes.LastIndexByte(line, ' ')+1:]), 10, 32)
	if err != nil || code == 0 { // 0 also stands for what may not be seen
		return nil
	}
	return new(unix.WaitStatus(code))
}
