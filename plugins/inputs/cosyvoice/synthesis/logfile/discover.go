package logfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// kind is what a descriptor of a process stands for.
type kind string

const (
	regular  kind = "file"
	terminal kind = "terminal"
	pipe     kind = "pipe"
	socket   kind = "socket"
	null     kind = "null"
	other    kind = "other"
	closed   kind = "closed"
	denied   kind = "denied"
)

// descriptor is one of the two to which a server writes.
type descriptor struct {
	number  int
	name    string // in the proc file system
	kind    kind
	target  string // as the proc file system names it
	err     error
	appends bool
	identity
}

const (
	stdout = 1
	stderr = 2
)

func (f *Follower) process(pid int) string {
	return filepath.Join(f.options.ProcRoot, strconv.Itoa(pid))
}

// descriptor looks what a descriptor of a process is. A process that is gone is an error.
func (f *Follower) descriptor(pid, number int) (descriptor, error) {
	fd := strconv.Itoa(number)
	d := descriptor{number: number, name: filepath.Join(f.process(pid), "fd", fd)}
	target, err := os.Readlink(d.name)
	var st unix.Stat_t
	if err == nil {
		d.kind, d.target = kindOf(target), target
		if d.kind != regular {
			return d, nil
		}
		err = unix.Stat(d.name, &st)
	}
	switch {
	case errors.Is(err, os.ErrPermission):
		d.kind, d.err = denied, err
		return d, nil
	case errors.Is(err, fs.ErrNotExist):
		// A process that has ended has no program, even while its parent has not yet asked
		// for its end.
		if _, gone := os.Readlink(filepath.Join(f.process(pid), "exe")); gone != nil {
			return d, gone
		}
		d.kind = closed
		return d, nil
	case err != nil:
		return d, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		d.kind = other
		return d, nil
	}
	d.identity = identityOf(&st)
	if st.Nlink == 0 {
		d.target = strings.TrimSuffix(d.target, " (deleted)")
	}
	d.appends = f.appends(pid, fd)
	return d, nil
}

// kindOf reads the link's text (proc(5), /proc/pid/fd), which tells all but a regular
// file from other things that have a path.
func kindOf(target string) kind {
	switch {
	case strings.HasPrefix(target, "pipe:"):
		return pipe
	case strings.HasPrefix(target, "socket:"):
		return socket
	case target == "/dev/null":
		return null
	case strings.HasPrefix(target, "/dev/pts/"), strings.HasPrefix(target, "/dev/tty"), target == "/dev/console":
		return terminal
	case strings.HasPrefix(target, "/"):
		return regular
	default:
		return other
	}
}

// appends tells whether a descriptor was opened with O_APPEND, as ">>" of a shell does.
// Where that is not readable, it may have been.
func (f *Follower) appends(pid int, fd string) bool {
	proc, err := procfs.NewFS(f.options.ProcRoot)
	if err != nil {
		return true
	}
	server, err := proc.Proc(pid)
	if err != nil {
		return true
	}
	info, err := server.FDInfo(fd)
	if err != nil {
		return true
	}
	flags, err := strconv.ParseUint(info.Flags, 8, 64)
	return err != nil || flags&unix.O_APPEND != 0
}

// find returns where the attached server writes its log, and if that is nowhere to be
// read, why, and what to do. It fails if the server is gone.
func (f *Follower) find() (sources []source, reason string, err error) {
	output, err := f.descriptor(f.server.PID, stdout)
	if err != nil {
		return nil, "", err
	}
	log, err := f.descriptor(f.server.PID, stderr)
	if err != nil {
		return nil, "", err
	}
	for _, d := range []descriptor{log, output} {
		if d.kind != regular {
			continue
		}
		sources = append(sources, source{
			path:     d.target,
			name:     d.name,
			folder:   filepath.Join(f.process(f.server.PID), "root", filepath.Dir(d.target)),
			own:      !d.appends,
			started:  f.server.Start,
			identity: d.identity,
		})
	}
	if log.kind == regular {
		return sources, "", nil
	}
	// A container has a pipe, or with -t a terminal.
	if log.kind == pipe || log.kind == terminal {
		if id := f.container(f.server.PID); id != "" {
			return f.findDocker(sources, id)
		}
	}
	return sources, f.advice(log, len(sources) > 0), nil
}

func (f *Follower) findDocker(sources []source, id string) ([]source, string, error) {
	name := filepath.Join(f.options.DockerRoot, "containers", id, id+"-json.log")
	handle, err := openRegular(name)
	if err != nil {
		return sources, containerAdvice(id, name, err), nil
	}
	handle.Close()
	return append(sources, source{
		path: name, name: name, folder: filepath.Dir(name), byName: true, started: f.server.Start,
		identity: identityAt(name),
	}), "", nil
}
