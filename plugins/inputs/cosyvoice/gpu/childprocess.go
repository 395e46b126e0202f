package gpu

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// childProcess is a running child as its parent sees it.
type childProcess struct {
	cmd      *exec.Cmd
	stdin    *os.File
	messages chan message  // closed when the child's output ends
	reaped   chan struct{} // closed when the kernel gave the process back
	stderr   tail
	exit     error // valid after reaped
}

// startChild starts the command in a goroutine of its own that keeps its thread:
// the kernel kills the child when the thread that started it ends (prctl(2),
// PR_SET_PDEATHSIG), so that no child outlives a parent killed with SIGKILL.
//
// The child does not touch the cards with the indices leftOut.
func startChild(command []string, leftOut []int) (*childProcess, error) {
	in, stdin, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for the NVML child: %w", err)
	}
	stdout, out, err := os.Pipe()
	if err != nil {
		in.Close()
		stdin.Close()
		return nil, fmt.Errorf("make a pipe for the NVML child: %w", err)
	}
	c := &childProcess{
		cmd:      exec.Command(command[0], command[1:]...),
		stdin:    stdin,
		messages: make(chan message, 16),
		reaped:   make(chan struct{}),
	}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = in, out, &c.stderr
	c.cmd.Env = append(os.Environ(), leaveOut(leftOut))
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}

	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		in.Close()
		out.Close()
		started <- err
		if err != nil {
			return
		}
		c.exit = c.cmd.Wait()
		close(c.reaped)
	}()
	if err := <-started; err != nil {
		stdin.Close()
		stdout.Close()
		return nil, fmt.Errorf("start the NVML child %q: %w", command[0], err)
	}
	go c.receive(stdout)
	return c, nil
}

// receive passes the child's messages on until its output ends. A line that is no
// message ends it too: the child is of the same binary and writes nothing else.
func (c *childProcess) receive(stdout io.ReadCloser) {
	defer stdout.Close()
	defer close(c.messages)
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(line, &m) != nil {
			return
		}
		c.messages <- m
	}
}

// request asks for full readings. The answer is a message.
func (c *childProcess) request(r request) error {
	_, err := c.stdin.WriteString(r.String() + "\n")
	return err
}

// stop ends the child: by the end of its input, then by SIGKILL. What it has said and
// still says goes to hear. It gives up after the patience, since a process stuck in the
// kernel outlives SIGKILL, and tells whether the child is gone.
func (c *childProcess) stop(patience time.Duration, hear func(message)) bool {
	c.stdin.Close()
	kill, giveUp := time.After(patience/2), time.After(patience)
	messages := c.messages
	for {
		reaped := c.reaped
		if messages != nil {
			reaped = nil // its output ends with it, and has to be heard first
		}
		select {
		case m, ok := <-messages:
			if !ok {
				messages = nil
				continue
			}
			hear(m)
		case <-reaped:
			return true
		case <-kill:
			_ = c.cmd.Process.Kill() // fails only if it is gone already
		case <-giveUp:
			go func() { // receive may be waiting to hand a message over
				for range c.messages {
				}
			}()
			return false
		}
	}
}

// tail keeps the last line or so of what is written to it.
type tail struct {
	mu  sync.Mutex
	end []byte
}

const tailSize = 400

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, p...)
	if over := len(t.end) - tailSize; over > 0 {
		t.end = append(t.end[:0], t.end[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(strings.Fields(string(t.end)), " ")
}
