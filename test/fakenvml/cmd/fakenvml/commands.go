package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

func newBuild() *cobra.Command {
	var out, version string
	var missing []string
	cmd := &cobra.Command{
		Use:   "build --out DIR",
		Short: "Compile " + fakenvml.LibraryName + " into a folder and print its path",
		Example: `  fakenvml build --out /tmp/gpu
  fakenvml build --out /tmp/old --missing nvmlDeviceGetMemoryInfo_v2 --missing nvmlDeviceGetTemperatureV
  fakenvml build --out /tmp/gpu --driver-version 580.65.06`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			library, err := fakenvml.BuildVersion(cmd.Context(), out, version, missing...)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), library)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "existing folder for the library (required)")
	cmd.Flags().StringArrayVar(&missing, "missing", nil, "function that the library shall not have; may be repeated")
	cmd.Flags().StringVar(&version, "driver-version", "", "initialise only while the state has this driver_version")
	if err := cmd.MarkFlagRequired("out"); err != nil {
		panic(err)
	}
	return cmd
}

func newInit() *cobra.Command {
	devices := 1
	cmd := &cobra.Command{
		Use:   "init STATEFILE",
		Short: "Write the state of a machine with idle GPUs",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if devices < 0 || devices > fakenvml.MaxDevices {
				return fmt.Errorf("--devices is %d; it can be from 0 to %d", devices, fakenvml.MaxDevices)
			}
			s := fakenvml.Default()
			s.Devices = nil
			for i := range devices {
				s.Devices = append(s.Devices, fakenvml.DefaultDevice(i))
			}
			return fakenvml.Write(args[0], s)
		},
	}
	cmd.Flags().IntVar(&devices, "devices", devices, "how many GPUs")
	return cmd
}

func newSet() *cobra.Command {
	return &cobra.Command{
		Use:   "set STATEFILE KEY=VALUE...",
		Short: "Change the state at once; an empty value takes a reading, a process or a fault away",
		Example: `  fakenvml set STATEFILE device.0.temperature_c=80 device.0.utilization_gpu_percent=97
  fakenvml set STATEFILE device.0.power_mw=                      # this GPU does not tell its power
  fakenvml set STATEFILE "device.0.process.4711=compute 6442450944"
  fakenvml set STATEFILE call.nvmlDeviceGetTemperature.error=15  # NVML_ERROR_GPU_IS_LOST
  fakenvml set STATEFILE 'call.*.hang_s=60'                      # the whole driver hangs`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			return fakenvml.Update(args[0], func(s *fakenvml.State) error {
				for _, assignment := range args[1:] {
					key, value, found := strings.Cut(assignment, "=")
					if !found {
						return fmt.Errorf("%q is not KEY=VALUE", assignment)
					}
					if err := s.Set(key, value); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func newShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show STATEFILE",
		Short: "Print the state",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := fakenvml.Read(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), s)
			return err
		},
	}
}
