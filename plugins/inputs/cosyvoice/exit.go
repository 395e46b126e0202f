package cosyvoice

import (
	"cmp"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

// recent is how long before an exit the log's last word on it may have been.
const recent = time.Minute

// troubles are the last grave words of each server's log.
type troubles map[string]logEvent

// The reasons of an exit, beside the kinds of grave events of its log.
const (
	reasonUnknown   = "unknown"
	reasonOOMKilled = "oom_killed"
	reasonStopped   = "stopped"
	reasonKilled    = "killed"
	reasonCrashed   = "crashed"
	reasonFailed    = "failed"
)

// explainExit completes an exit: why, as far as can be known, and the seconds before it. It
// returns the reason.
func (c *Cosyvoice) explainExit(t *tick, e process.Event, fields map[string]any) string {
	trouble, ok := c.troubles[e.Instance]
	delete(c.troubles, e.Instance)
	if !ok || e.When.Sub(trouble.at) >= recent {
		trouble = logEvent{}
	}
	reason, words := exitReason(e, trouble)
	fields["message"] = e.Message + "; " + words
	fields["reason"] = reason
	if s := e.Status; s != nil && s.Signaled() {
		fields["signal"] = unix.SignalName(s.Signal())
	} else if s != nil {
		fields["exit_code"] = int64(s.ExitStatus())
	}
	if id := c.tellFlight(t, e.Instance, e.Version, string(e.Kind), e.When); id != "" {
		fields["event_id"] = id
	}
	return reason
}

// exitReason tells why a server is gone; trouble is what its log complained of last, if
// that was not long ago. Signal and code are those of the process itself; the count of the
// out of memory killer is that of its cgroup, and the log may be that of other servers too.
func exitReason(e process.Event, trouble logEvent) (reason, words string) {
	reason = reasonUnknown
	if e.Status != nil {
		reason, words = statusReason(*e.Status)
	}
	switch {
	case e.OOMKilled && (e.Status == nil || reason == reasonKilled):
		return reasonOOMKilled, "the kernel killed it for lack of memory"
	case e.OOMKilled && reason == reasonFailed:
		return reasonOOMKilled, words + " after the kernel had killed a process of its cgroup for lack of memory"
	case trouble.kind == reasonKilled && e.Status == nil:
		return reasonKilled, trouble.message
	case trouble.kind == "" || trouble.kind == reasonKilled:
		return reason, cmp.Or(words, "why is not known")
	}
	fatal := trouble.grave && (reason == reasonCrashed || reason == reasonFailed)
	if fatal || e.Status == nil {
		reason = trouble.kind
	}
	if words != "" {
		words += "; "
	}
	return reason, words + "its log's last error: " + trouble.message
}

func statusReason(status unix.WaitStatus) (reason, words string) {
	if !status.Signaled() {
		if status.ExitStatus() == 0 {
			return reasonStopped, "it ended in order (exit code 0)"
		}
		return reasonFailed, fmt.Sprintf("it ended with exit code %d", status.ExitStatus())
	}
	switch status.Signal() {
	case unix.SIGINT, unix.SIGTERM:
		return reasonStopped, fmt.Sprintf("it was told to stop (%s)", unix.SignalName(status.Signal()))
	case unix.SIGHUP:
		return reasonStopped, "its terminal was closed (SIGHUP): start it under nohup or tmux, or as a service"
	case unix.SIGKILL:
		return reasonKilled, "it was killed (SIGKILL): by a person, by what supervises it, or by the kernel for lack of memory, see dmesg"
	default:
		return reasonCrashed, fmt.Sprintf("it crashed (%s)", unix.SignalName(status.Signal()))
	}
}
