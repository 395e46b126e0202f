// Command fakenvml builds the fake NVML library and changes what it answers.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	err := newCommand().ExecuteContext(ctx)
	stop()
	if err != nil {
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "fakenvml",
		Short: "A GPU made of a text file, for programs that read NVML",
		Example: `  mkdir -p /tmp/gpu
  fakenvml build --out /tmp/gpu
  fakenvml init /tmp/gpu/state --devices 2
  export FAKE_NVML_STATE=/tmp/gpu/state LD_LIBRARY_PATH=/tmp/gpu
  cosyvoice-telegraf --once

  # While the program runs:
  fakenvml set /tmp/gpu/state device.0.temperature_c=91 device.0.throttle_reasons=0x20
  fakenvml set /tmp/gpu/state call.nvmlDeviceGetMemoryInfo_v2.hang_s=60
  fakenvml set /tmp/gpu/state call.nvmlDeviceGetMemoryInfo_v2.hang_s=`,
		SilenceUsage: true,
	}
	root.AddCommand(newBuild(), newInit(), newSet(), newShow())
	return root
}
