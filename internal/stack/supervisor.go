package stack

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// part is one program of the stack.
type part struct {
	name    string
	version string
	path    string
	args    []string
	env     []string
	dir     string
	log     string
	// grace is how long the program may take to end when asked.
	grace time.Duration
	// prepare, if set, runs before each start, while the program is down.
	prepare func()
	// mustStart ends the supervision when the program does not even start.
	mustStart bool
}

// supervisor keeps parts running.
type supervisor struct {
	pacing pacing
	say    *words.Printer
	run    *runFile
	// giveUp is told why a part that must start does not.
	giveUp func(error)
	// kill ends every part at once, without grace, when it is cancelled.
	kill  context.Context
	parts []supervised
}

// supervised is a part that is kept running.
type supervised struct {
	name string
	stop context.CancelFunc
	done chan struct{}
}

// start begins to keep a part running.
func (s *supervisor) start(p part) {
	ctx, stop := context.WithCancel(s.kill)
	kept := supervised{name: p.name, stop: stop, done: make(chan struct{})}
	s.parts = append(s.parts, kept)
	go func() {
		defer close(kept.done)
		// The kernel signals a child when the thread that made it ends
		// (PR_SET_PDEATHSIG in prctl(2)), so the thread must last as long as the
		// child does.
		runtime.LockOSThread()
		if err := s.keep(ctx, p); err != nil {
			s.giveUp(err)
		}
	}()
}

// stopAll ends the parts, the last started first, each before the next is asked.
func (s *supervisor) stopAll() {
	for _, part := range slices.Backward(s.parts) {
		s.say.Say(words.Stopping, part.name)
		part.stop()
		<-part.done
	}
	s.say.Say(words.Stopped)
}

// keep runs a part again and again until ctx is done, or it cannot start.
func (s *supervisor) keep(ctx context.Context, p part) error {
	again := backoff{pacing: s.pacing}
	for {
		began := time.Now()
		tail, err := s.runOnce(ctx, p)
		if ctx.Err() != nil {
			if killed(err) && s.kill.Err() == nil {
				s.say.Say(words.PartKilled, p.name, words.Span(p.grace.Seconds()))
			}
			return nil
		}
		// Programs that end for want of space rarely get to say so.
		if err := checkSpace(filepath.Dir(s.run.path), leastFree); err != nil {
			s.say.Say(words.Failed, err)
		}
		lived := time.Since(began)
		pause := again.ended(lived)
		if p.mustStart && again.hopeless() {
			return words.PartCannotStart.With(p.name, s.pacing.quickExits, err, tail)
		}
		s.say.Say(words.PartEnded, clock(), p.name, words.Span(lived.Seconds()), err, words.Span(pause.Seconds()), tail)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// runOnce runs the part until it ends, and returns how it ended and the end of
// what it logged meanwhile.
func (s *supervisor) runOnce(ctx context.Context, p part) (tail words.Message, err error) {
	if p.prepare != nil {
		p.prepare()
	}
	log, err := openLog(p.log)
	if err != nil {
		return words.LogEmpty.With(p.log), err
	}
	defer log.Close()
	logged := logSize(p.log)
	cmd := p.commandContext(ctx)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return words.LogEmpty.With(p.log), fmt.Errorf("starting %s: %w", p.path, err)
	}
	stopKilling := context.AfterFunc(s.kill, func() { killGroup(cmd) })
	if err := s.run.started(p, cmd.Process.Pid); err != nil {
		s.say.Say(words.RunFileFailed, err)
	}
	err = cmd.Wait()
	stopKilling()
	killGroup(cmd)
	return logTail(p.log, logged), exitError(err)
}

// errExitZero words the end of a part that reports success but should not end.
var errExitZero = errors.New("exit status 0")

func exitError(err error) error {
	if err == nil {
		return errExitZero
	}
	return err
}

// killed reports whether a part ended by SIGKILL.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signal() == syscall.SIGKILL
}

func clock() string { return time.Now().Format(time.TimeOnly) }
