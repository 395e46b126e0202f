package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	restartDelay = 2 * time.Second
	stopTimeout  = 5 * time.Second
	// lifelineFD is the server's end of a pipe that nobody writes to. Its end
	// tells the server, below whatever shell, that the supervisor stops or died.
	lifelineFD = 3
)

// supervise runs the server until ctx ends. It returns an error when the
// server ends by itself, unless it is to be restarted.
func supervise(ctx context.Context, o options, s settings, out io.Writer) error {
	e, err := findEntry(s.Entry)
	if err != nil {
		return err
	}
	if err := prepare(o.Dir, e, s.Port); err != nil {
		return err
	}
	if s.GPUState != "" {
		// It also tells a wrong path or index before anything runs.
		if err := settle(s.GPUState, s.GPU); err != nil {
			return fmt.Errorf("%w; `fakenvml init %s` makes such a file", err, s.GPUState)
		}
	}
	for {
		err := runServer(ctx, o, s, e, out)
		if s.GPUState != "" {
			err = errors.Join(err, settle(s.GPUState, s.GPU))
		}
		if ctx.Err() != nil || !o.Restart {
			return err
		}
		fmt.Fprintf(out, "cosyvoice-sim: %v; starting it again in %s\n", err, restartDelay)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(restartDelay):
		}
	}
}

// runServer runs the server once. It returns nil only when ctx ended it.
func runServer(ctx context.Context, o options, s settings, e entry, out io.Writer) error {
	log, err := os.OpenFile(o.LogPath, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close()
	lifeline, stop, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make the server's lifeline: %w", err)
	}
	defer stop.Close()

	cmd, err := serverCommand(o, s, e)
	if err != nil {
		return errors.Join(err, lifeline.Close())
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{lifeline}
	err = cmd.Start()
	if err = errors.Join(err, lifeline.Close()); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	fmt.Fprintf(out, "cosyvoice-sim: process %d runs %s on 127.0.0.1:%d, log %s\n", cmd.Process.Pid, e.name, s.Port, o.LogPath)

	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return fmt.Errorf("the server ended by itself (%s); its last words are in %s", describe(err), o.LogPath)
	case <-ctx.Done():
	}
	stop.Close()
	select {
	case <-ended:
		return nil
	case <-time.After(stopTimeout):
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		return errors.Join(fmt.Errorf("the server did not stop within %s and was killed", stopTimeout), err)
	}
}

func serverCommand(o options, s settings, e entry) (*exec.Cmd, error) {
	environment, err := s.environment()
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(o.Dir, pythonDir)
	argv := e.argv(s.Port)
	cmd := &exec.Cmd{Path: filepath.Join(bin, argv[0]), Args: argv}
	if e.shell != "" {
		cmd = exec.Command("bash", e.shell)
	}
	cmd.Dir = filepath.Join(o.Dir, checkoutDir, e.workDir())
	cmd.Env = append(os.Environ(), environment,
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "PYTHONUNBUFFERED=1")
	if s.GPU != 0 {
		cmd.Env = append(cmd.Env, "CUDA_VISIBLE_DEVICES="+strconv.Itoa(s.GPU))
	}
	// A terminal's Ctrl-C is for the supervisor alone, and a group can be killed whole.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd, nil
}

func describe(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// whileSupervised returns a context that ends with the supervisor.
func whileSupervised(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		// The read ends with the pipe; this goroutine ends with the process.
		_, _ = os.NewFile(lifelineFD, "lifeline").Read(make([]byte, 1))
		cancel()
	}()
	return ctx
}
