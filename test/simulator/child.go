package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// childVariable is the environment variable that makes a process a child that
// holds as many MiB of GPU memory and does nothing.
const childVariable = "COSYVOICE_SIM_CHILD_MIB"

// child is a process beside the server's own.
type child struct {
	argv []string
	mib  uint64 // of GPU memory
}

// hold is the life of a child.
func hold(ctx context.Context, s settings, mib string) error {
	n, err := strconv.ParseUint(mib, 10, 32)
	if err != nil {
		return fmt.Errorf("read %s: %w", childVariable, err)
	}
	gpu := newCard(s.GPUState, s.GPU)
	if err := gpu.allocate(n * mebibyte); err != nil {
		return err
	}
	<-ctx.Done()
	return gpu.detach()
}

// startChildren starts the server's children. They end when the returned
// function is called, or with this process.
func startChildren(children []child) (stop func() error, err error) {
	lifeline, end, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make the children's lifeline: %w", err)
	}
	defer lifeline.Close()
	var started []*exec.Cmd
	stop = func() error {
		err := end.Close()
		for _, c := range started {
			err = errors.Join(err, c.Wait())
		}
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	for _, c := range children {
		cmd := &exec.Cmd{Path: self, Args: c.argv, Stdout: os.Stdout, Stderr: os.Stderr, ExtraFiles: []*os.File{lifeline}}
		cmd.Env = append(os.Environ(), childVariable+"="+strconv.FormatUint(c.mib, 10))
		if err := cmd.Start(); err != nil {
			return nil, errors.Join(fmt.Errorf("start %s: %w", filepath.Base(c.argv[0]), err), stop())
		}
		started = append(started, cmd)
	}
	return stop, nil
}
