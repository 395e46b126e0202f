package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// wakeArgument makes this program one that does nothing, once a second: what any
// pair of Go programs costs that samples at this pace.
const wakeArgument = "wake"

// wake runs in so many processes, each the child of the one before.
func wake(ctx context.Context, processes int) error {
	if processes > 1 {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		child := exec.CommandContext(ctx, self, wakeArgument, strconv.Itoa(processes-1))
		child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := child.Start(); err != nil {
			return err
		}
		defer func() { _ = child.Wait() }()
	}
	runtime.GOMAXPROCS(1)
	for range time.Tick(time.Second) {
		if ctx.Err() != nil {
			return nil
		}
	}
	return nil
}
