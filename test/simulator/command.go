package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const mebibyte = 1 << 20

const examples = `  # A web UI on 127.0.0.1:50000 with a request every five seconds, without a GPU
  cosyvoice-sim run --dir /tmp/sim

  # A FastAPI server that fills a fake GPU within a few minutes, then runs out of memory
  fakenvml init /tmp/gpu.state
  cosyvoice-sim run --dir /tmp/sim --entry fastapi --gpu-state /tmp/gpu.state --scenario leak --leak-mib 1024

  # One that dies of SIGKILL every minute and comes back with a new process id
  cosyvoice-sim run --dir /tmp/sim --crash-after 1m --restart

  # Ask for a synthesis
  curl --data 'tts_text=你好。' --data 'spk_id=中文女' http://127.0.0.1:50000/inference_sft --output speech.pcm`

func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "cosyvoice-sim",
		Short:         "A stand-in for a CosyVoice3 speech server",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newRunCommand())
	return root
}

func newRunCommand() *cobra.Command {
	var (
		o           options
		s           settings
		scenarioID  string
		loadSeconds float64
		leakMiB     uint64
		crashAfter  time.Duration
		execAfter   time.Duration
	)
	cmd := &cobra.Command{
		Use:   "run --dir DIR",
		Short: "Run the server until SIGINT or SIGTERM",
		Long: "run lays out a checkout below DIR and runs the server in it as a child with a real\n" +
			"server's arguments, working directory and log. It binds 127.0.0.1 only.",
		Example: examples,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if s.Scenario, err = findScenario(scenarioID); err != nil {
				return err
			}
			if cmd.Flags().Changed("leak-mib") {
				s.Scenario.LeakBytes = leakMiB * mebibyte
			}
			if cmd.Flags().Changed("crash-after") {
				s.Scenario.CrashAfterSyntheses, s.Scenario.CrashAfter = 0, crashAfter
			}
			if cmd.Flags().Changed("exec-after") {
				s.Scenario.ExecAfter = execAfter
			}
			s.LoadTime = time.Duration(loadSeconds * float64(time.Second))
			if o, s, err = complete(o, s); err != nil {
				return err
			}
			return supervise(cmd.Context(), o, s, cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Dir, "dir", "", "folder for the checkout, its Python and the log (required)")
	f.StringVar(&o.LogPath, "log", "", "log file of the server, appended to; /dev/null for none (default DIR/cosyvoice.log)")
	f.BoolVar(&o.Restart, "restart", false, "start the server again two seconds after its death")
	f.StringVar(&s.Entry, "entry", "webui", "entry point: "+strings.Join(entryNames(), ", "))
	f.IntVar(&s.Port, "port", 0, "port to listen on (default that of the entry point: 50000, app 7860)")
	f.StringVar(&scenarioID, "scenario", "steady", "what the server does:\n"+scenarioHelp())
	f.DurationVar(&crashAfter, "crash-after", 0, "die of SIGKILL this long after the start, in any scenario")
	f.DurationVar(&execAfter, "exec-after", 0, "start itself anew this long after each start, in any scenario")
	f.Uint64Var(&leakMiB, "leak-mib", 0, "GPU memory that each synthesis keeps, in any scenario")
	f.Uint64Var(&s.Seed, "seed", 1, "repeats the same requests at the same times")
	f.Float64Var(&s.RequestsPerMinute, "rate", 12, "requests a minute of the load generator, 0 for none")
	f.IntVar(&s.Requests, "requests", 0, "end of the load generator after so many requests, 0 for none")
	f.IntVar(&s.Clients, "clients", 0, "clients of the load generator: so many requests at a time at the most, 0 for no bound")
	f.Float64Var(&s.RealTimeFactor, "rtf", 0.15, "compute seconds for a second of speech, when one request runs alone")
	f.Float64Var(&loadSeconds, "load-seconds", 3, "duration of imports and model load")
	f.StringVar(&s.GPUState, "gpu-state", "", "state file of the fake NVML library (default: no GPU)")
	f.StringVar(&s.Truth, "truth", "", "file to append a line of JSON to for each synthesis that ended: what really happened")
	f.IntVar(&s.GPU, "gpu", 0, "index of the GPU in that file")
	_ = cmd.MarkFlagRequired("dir") // It fails only for a flag that does not exist.
	return cmd
}

// complete checks what was asked for, and fills in what follows from it.
func complete(o options, s settings) (options, settings, error) {
	e, err := findEntry(s.Entry)
	if err != nil {
		return o, s, err
	}
	if s.Port == 0 {
		s.Port = e.defaultPort
	}
	if s.RequestsPerMinute < 0 || s.Requests < 0 || s.Clients < 0 || s.RealTimeFactor <= 0 || s.LoadTime < 0 {
		return o, s, fmt.Errorf("--rate, --requests, --clients and --load-seconds must be 0 or more and --rtf above 0, got %g, %d, %d, %s and %g",
			s.RequestsPerMinute, s.Requests, s.Clients, s.LoadTime, s.RealTimeFactor)
	}
	// The server runs in another folder than this process.
	for _, path := range []*string{&o.Dir, &o.LogPath, &s.GPUState, &s.Truth} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return o, s, fmt.Errorf("find the absolute path of %s: %w", *path, err)
		}
	}
	if o.LogPath == "" {
		o.LogPath = filepath.Join(o.Dir, "cosyvoice.log")
	}
	return o, s, nil
}
