package logfile

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"github.com/prometheus/procfs"
)

// Docker, containerd and Podman name the cgroup of a container by its id.
var containerID = regexp.MustCompile(`[0-9a-f]{64}`)

// container returns the id of the container that a process runs in, as far as the names
// of its cgroups tell, or "".
func (f *Follower) container(pid int) string {
	proc, err := procfs.NewFS(f.options.ProcRoot)
	if err != nil {
		return ""
	}
	server, err := proc.Proc(pid)
	if err != nil {
		return ""
	}
	cgroups, err := server.Cgroups()
	if err != nil {
		return ""
	}
	for _, cgroup := range cgroups {
		if id := containerID.FindString(cgroup.Path); id != "" {
			return id
		}
	}
	return ""
}

const redirect = "start it with its output in a file, as in: python webui.py >> cosyvoice.log 2>&1"

// advice tells why what a server writes to its standard error, where Python's logging
// goes, cannot be followed.
func (f *Follower) advice(d descriptor, someFile bool) string {
	writer := fmt.Sprintf("The server with pid %d", f.server.PID)
	end := "; until then its syntheses are not seen"
	switch {
	case d.kind == denied:
		return fmt.Sprintf("It cannot be seen where %s writes its log: %v; run cosyvoice-telegraf as root or as the user who runs the server, or name the log file in the configuration%s", writer, d.err, end)
	case someFile:
		return fmt.Sprintf("%s writes only its standard output to a file, its log goes to a %s: add 2>&1 to the command that starts it%s", writer, d.word(), end)
	case d.kind == socket:
		return fmt.Sprintf("%s writes to a socket, most likely that of the systemd journal: in its unit set StandardOutput=append:/var/log/cosyvoice.log and StandardError=inherit, and restart it%s", writer, end)
	default:
		return fmt.Sprintf("%s writes its log to a %s, which cannot be read along: %s%s", writer, d.word(), redirect, end)
	}
}

func sharedAdvice(path, other string) string {
	return fmt.Sprintf("The log %s is also that of the server %q, and its lines do not tell which server wrote them: all its syntheses count there; give each server a log of its own", path, other)
}

// word names what a descriptor stands for in a sentence.
func (d descriptor) word() string {
	switch d.kind {
	case null:
		return "place that forgets everything (/dev/null)"
	case closed:
		return "closed descriptor"
	case terminal:
		return "terminal (" + d.target + ")"
	case other:
		return "thing that is no file (" + d.target + ")"
	default:
		return string(d.kind)
	}
}

func containerAdvice(id, name string, err error) string {
	where := fmt.Sprintf("The server runs in container %.12s, and the log that Docker keeps of it, %s,", id, name)
	if errors.Is(err, fs.ErrNotExist) {
		return where + " does not exist: start the container with --log-driver json-file, or let the server write to a file and name it in the configuration; until then its syntheses are not seen"
	}
	return fmt.Sprintf("%s is not readable: %v; run cosyvoice-telegraf as root; until then its syntheses are not seen", where, err)
}
