package parts

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// runner runs the commands of one build.
type runner struct {
	part string // for errors
	log  *os.File
	dir  string
	env  []string
}

// command runs a program and returns its standard output. All output goes to the
// log as well.
func (r runner) command(ctx context.Context, name string, args ...string) ([]byte, error) {
	line := name + " " + strings.Join(args, " ")
	fmt.Fprintf(r.log, "\n$ %s\n", line)

	var stdout bytes.Buffer
	last := &tail{}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = r.dir
	cmd.Env = append(r.env, "PWD="+r.dir)
	cmd.Stdout = io.MultiWriter(&stdout, r.log, last)
	cmd.Stderr = io.MultiWriter(r.log, last)
	// go starts compilers, cargo and a linker: they have to end with it. None needs
	// to be asked: their temporary files are in the work folder.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second

	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("building %s was stopped: %w", r.part, context.Cause(ctx))
	}
	if err != nil {
		return nil, &CommandError{
			Part:    r.part,
			Command: line,
			Err:     err,
			Tail:    last.lines(),
			Log:     r.log.Name(),
		}
	}
	return stdout.Bytes(), nil
}

// CommandError says which command of a build failed, and how.
type CommandError struct {
	Part    string
	Command string
	Err     error
	Tail    []string // the end of the command's output
	Log     string   // path of the whole output of the build
}

func (e *CommandError) Unwrap() error { return e.Err }

func (e *CommandError) Error() string {
	text := fmt.Sprintf("building %s failed: %s: %v", e.Part, e.Command, e.Err)
	if len(e.Tail) > 0 {
		text += "\nThe end of its output:\n  " + strings.Join(e.Tail, "\n  ")
	}
	text += "\nThe whole log: " + e.Log
	if hint := e.hint(); hint != "" {
		text += "\n" + hint
	}
	return text
}

// hints maps what a failing build prints to what a person can do.
var hints = []struct{ sign, hint string }{
	{"no space left on device", "The disk is full: free some space; `go clean -cache` frees Go's build cache."},
	{"no such host", networkHint},
	{"dial tcp", networkHint},
	{"connection refused", networkHint},
	{"i/o timeout", networkHint},
	{"TLS handshake timeout", networkHint},
	{"Could not resolve host", networkHint},
	{"failed to download", networkHint},
	{"signal: killed", "The system killed a compiler, most likely for want of memory: close other programs, or build on a machine with 4 GB."},
	{"rustup could not choose", "Rust is not set up: `rustup default stable` installs it."},
	{"cannot execute", "The C compiler is not complete: apt install build-essential"},
}

const networkHint = "A download failed: check the network. Behind a proxy set HTTPS_PROXY; where Go's or Rust's servers are blocked, set GOPROXY and Cargo's source replacement to mirrors."

func (e *CommandError) hint() string {
	output := strings.Join(e.Tail, "\n")
	for _, h := range hints {
		if strings.Contains(output, h.sign) {
			return h.hint
		}
	}
	return ""
}
