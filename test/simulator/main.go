// Command cosyvoice-sim is a stand-in for a CosyVoice3 speech server: to a
// monitor it looks like one in /proc, on its port, in its log and, through the
// state file of the fake NVML library, on its GPU. It synthesises nothing.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := runProgram(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "cosyvoice-sim:", err)
		os.Exit(1)
	}
}

// runProgram is the server, or a process beside it, when the supervisor has
// handed settings to this process, and the command line tool otherwise: a server's arguments have to
// be those of the real one.
func runProgram(ctx context.Context) error {
	s, isServer, err := settingsFromEnvironment()
	if err != nil {
		return err
	}
	if mib, isChild := os.LookupEnv(childVariable); isServer && isChild {
		return hold(whileSupervised(ctx), s, mib)
	}
	if isServer {
		return serve(whileSupervised(ctx), s, os.Stdout)
	}
	return newCommand().ExecuteContext(ctx)
}
