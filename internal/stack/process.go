package stack

import (
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// process names one process for good: the kernel reuses a pid, but not together
// with the start time.
type process struct {
	PID int `json:"pid"`
	// StartTicks is the start time in clock ticks since boot, field 22 of
	// /proc/PID/stat.
	StartTicks uint64 `json:"start_ticks"`
}

func findProcess(pid int) process {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return process{}
	}
	stat, err := proc.Stat()
	if err != nil {
		return process{}
	}
	return process{PID: pid, StartTicks: stat.Starttime}
}

// alive reports whether the process still runs; one that has ended and waits for
// its parent does not.
func (p process) alive() bool {
	proc, err := procfs.NewProc(p.PID)
	if err != nil {
		return false
	}
	stat, err := proc.Stat()
	return err == nil && stat.Starttime == p.StartTicks && stat.State != "Z"
}

// paused reports whether a signal holds the process up (state T in proc(5)).
func (p process) paused() bool {
	proc, err := procfs.NewProc(p.PID)
	if err != nil {
		return false
	}
	stat, err := proc.Stat()
	return err == nil && stat.Starttime == p.StartTicks && stat.State == "T"
}

// userHZ is the unit of start times; the kernel fixes it at 100 for user space
// (USER_HZ, see time(7)).
const userHZ = 100

// age is how long ago the process was started. Both clocks count from boot, so a
// change of the wall clock does not matter.
func (p process) age() time.Duration {
	var sinceBoot unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &sinceBoot); err != nil {
		return 0
	}
	started := time.Duration(p.StartTicks) * time.Second / userHZ
	return time.Duration(sinceBoot.Nano()) - started
}

// commandContext builds a part's command, in a process group of its own so that a Ctrl-C
// typed at the terminal reaches this program alone, which then stops the parts in
// order. Cancelling ctx asks it to end, and kills it when the grace is over.
func (p part) commandContext(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, p.args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = p.grace
	return cmd
}

// killGroup ends what is left of a part's process group.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// end waits for a process that is not a child of this one, after asking it to end.
func (p process) end(ctx context.Context, grace time.Duration) error {
	deadline := time.After(grace)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	_ = syscall.Kill(p.PID, syscall.SIGTERM)
	for p.alive() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for process %d to end: %w", p.PID, ctx.Err())
		case <-deadline:
			_ = syscall.Kill(p.PID, syscall.SIGKILL)
		case <-poll.C:
		}
	}
	return nil
}
