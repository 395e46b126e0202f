package stack

import (
	"context"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/parts"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// playTelegraf does what a stack needs of Telegraf: it keeps the plugin running
// and writes points with the token from the secrets folder.
func playTelegraf() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	plugin := exec.CommandContext(ctx, os.Getenv("COSYVOICE_PLUGIN"), "--config", os.Getenv("COSYVOICE_CONFIG"))
	stdin, err := plugin.StdinPipe()
	if err != nil || plugin.Start() != nil {
		os.Exit(1)
	}
	defer stdin.Close()
	token, err := os.ReadFile(filepath.Join(os.Getenv("COSYVOICE_SECRETS"), "influx_write_token"))
	if err != nil {
		os.Exit(1)
	}
	client := influxdb2.NewClient(os.Getenv("COSYVOICE_INFLUX_URL"), string(token))
	defer client.Close()
	for ctx.Err() == nil {
		_ = client.WriteAPIBlocking(org, ticksBucket).WriteRecord(ctx,
			`cosyvoice_agent,host=h success=1i`,
			`cosyvoice_service,host=h,instance=webui-50000,version=abc up=1i,state="busy",uptime_seconds=7`,
			`cosyvoice_gpu,host=h,uuid=GPU-1,name=RTX state="ok"`,
			`system_metrics,host=h cpu_usage_percent=12.5,gpu_memory_used_mb=5000`)
		time.Sleep(50 * time.Millisecond)
	}
}

// script writes an executable shell script.
func script(t *testing.T, name, body string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700))
	return path
}

func freePort(t *testing.T) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// newOptions are for a stack with a real influxd and stand-ins for the rest.
func newOptions(t *testing.T, seen *screen) Options {
	influxd, err := parts.Find(t.Context(), "influxd")
	if err != nil {
		t.Skipf("needs a real influxd: %v", err)
	}
	self, err := os.Executable()
	require.NoError(t, err)
	return Options{
		Folder:     newFolder(t),
		InfluxPort: freePort(t),
		Programs: Programs{
			Influxd:  Program{Path: influxd.Path, Version: influxd.Version},
			Telegraf: Program{Path: self, Version: "1.2.3"},
			Plugin:   Program{Path: script(t, "cosyvoice-telegraf", "read _"), Version: "0.1"},
		},
		Say: words.NewPrinter(seen, words.English),
	}
}

// background runs Up; the function that it returns stops it and gives its error.
func background(t *testing.T, options Options) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	kill, killNow := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Up(ctx, kill, options) }()
	stopped := false
	stop = func() error {
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() {
		if !stopped {
			killNow()
			_ = stop()
		}
		killNow()
	})
	return stop
}

func contains(seen *screen, text string) func() bool {
	return func() bool { return strings.Contains(seen.String(), text) }
}

func TestUp(t *testing.T) {
	t.Parallel()
	seen := &screen{}
	options := newOptions(t, seen)
	folder := options.Folder
	stop := background(t, options)
	eventually(t, contains(seen, "Ctrl-C stops everything"), "the summary")
	require.Contains(t, seen.String(), "the first point has arrived")

	t.Run("status is healthy", func(t *testing.T) {
		status, err := Inspect(t.Context(), folder)
		require.NoError(t, err)
		require.Empty(t, status.Problems)
		names := make([]string, 0, 3)
		for _, part := range status.Parts {
			names = append(names, part.Name)
			require.True(t, part.Running, part.Name)
			require.Less(t, part.UptimeSeconds, 60.0)
		}
		require.Equal(t, []string{"influxd", "telegraf", "cosyvoice-telegraf"}, names)
		require.WithinDuration(t, time.Now(), *status.Buckets[0].LastWrite, patience)
		require.Nil(t, status.Buckets[1].LastWrite)
		require.Equal(t, 12.5, *status.Readings.CPUPercent)
		require.Nil(t, status.Readings.GPUTemperatureC)
		require.Equal(t, []GPU{{Name: "RTX", UUID: "GPU-1", State: "ok"}}, status.Readings.GPUs)
		require.Equal(t, "busy", status.Readings.Servers[0].State)
	})
	t.Run("a second up is refused", func(t *testing.T) {
		err := Up(t.Context(), t.Context(), options)
		require.ErrorIs(t, err, words.FolderInUse.With())
	})
	t.Run("secrets are in no command line and not printed", func(t *testing.T) { requireSecretsHidden(t, folder, seen) })
	t.Run("a killed telegraf comes back", func(t *testing.T) {
		last, err := folder.readRecord()
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(last.Parts[1].PID, syscall.SIGKILL))
		eventually(t, contains(seen, "telegraf ended after"), "the report")
		require.Contains(t, seen.String(), "signal: killed")
		eventually(t, func() bool {
			now, err := folder.readRecord()
			return err == nil && now.Parts[1].PID != last.Parts[1].PID && now.Parts[1].alive()
		}, "a new telegraf")
		status, err := Inspect(t.Context(), folder)
		require.NoError(t, err)
		require.ErrorIs(t, status.Problems[0], words.PartRestarted.With())
	})

	require.NoError(t, stop())
	text := seen.String()
	require.Less(t, strings.Index(text, "Stopping telegraf"), strings.Index(text, "Stopping influxd"))
	require.NoFileExists(t, folder.runFile())
	require.NotContains(t, text, "%!")
	status, err := Inspect(t.Context(), folder)
	require.NoError(t, err)
	require.ErrorIs(t, status.Problems[0], words.NotRunning.With())

	t.Run("a second run finds the data of the first", func(t *testing.T) { requireSameAgain(t, options, seen) })
}

func requireSecretsHidden(t *testing.T, folder Folder, seen *screen) {
	commandLines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	all := seen.String()
	for _, path := range commandLines {
		line, _ := os.ReadFile(path)
		all += string(line)
	}
	require.Contains(t, all, folder.influxData())
	for _, path := range []string{folder.adminPassword(), folder.operatorToken(), folder.readToken(), folder.writeToken()} {
		secret, err := readSecret(path)
		require.NoError(t, err)
		require.NotContains(t, all, secret)
	}
}

func requireSameAgain(t *testing.T, options Options, seen *screen) {
	folder := options.Folder
	first := time.Now()
	before, err := readSecret(folder.writeToken())
	require.NoError(t, err)
	seen.text.Reset()
	stop := background(t, options)
	eventually(t, contains(seen, "Ctrl-C stops everything"), "the summary")
	after, err := readSecret(folder.writeToken())
	require.NoError(t, err)
	require.Equal(t, before, after)
	token, err := readSecret(folder.readToken())
	require.NoError(t, err)
	client := influx.New(influxURL(options.InfluxPort), org, token)
	defer client.Close()
	records, err := client.Query(t.Context(), `from(bucket: "performance_monitor") |> range(start: -1h) |> first()`)
	require.NoError(t, err)
	require.NotEmpty(t, records)
	require.True(t, records[0].Time().Before(first))
	require.NoError(t, stop())
}

func TestUpGivesUpWithoutInfluxd(t *testing.T) {
	t.Parallel()
	seen := &screen{}
	options := newOptions(t, seen)
	options.Programs.Influxd.Path = script(t, "influxd", `echo "no database today"; exit 1`)
	err := Up(t.Context(), t.Context(), options)
	require.ErrorIs(t, err, words.PartCannotStart.With())
	require.ErrorContains(t, err, "no database today")
	require.Contains(t, seen.String(), "All parts are stopped.")
}

func TestUpGivesUpWithoutItsSimulator(t *testing.T) {
	t.Parallel()
	seen := &screen{}
	options := newOptions(t, seen)
	options.Demo, options.Scenario, options.SimPort = true, "storm", freePort(t)
	options.Programs.Plugin.Path = script(t, "cosyvoice-telegraf", `echo cosyvoice_gpu index=0i`)
	options.Programs.Simulator = script(t, "cosyvoice-sim", `echo "there is no scenario in $*"; exit 1`)
	err := Up(t.Context(), t.Context(), options)
	require.ErrorIs(t, err, words.PartCannotStart.With())
	require.ErrorContains(t, err, "cosyvoice-sim does not start")
	require.ErrorContains(t, err, "--scenario storm")
	require.NotContains(t, seen.String(), "Stopping telegraf", "it is not even started")
}

func TestStopDuringTheSurveyIsQuiet(t *testing.T) {
	t.Parallel()
	seen := &screen{}
	options := newOptions(t, seen)
	asked := filepath.Join(t.TempDir(), "asked")
	options.Demo = true
	options.Programs.Plugin.Path = script(t, "cosyvoice-telegraf", "touch "+asked+"; exec sleep 60")
	stop := background(t, options)
	eventually(t, func() bool { _, err := os.Stat(asked); return err == nil }, "the survey")
	require.NoError(t, stop())
}

func TestUpNeedsTheOperatorTokenOfItsData(t *testing.T) {
	t.Parallel()
	seen := &screen{}
	options := newOptions(t, seen)
	stop := background(t, options)
	eventually(t, contains(seen, "Ctrl-C stops everything"), "the summary")
	require.NoError(t, stop())

	require.NoError(t, os.WriteFile(options.Folder.operatorToken(), []byte("of other data"), 0o600))
	require.ErrorIs(t, Up(t.Context(), t.Context(), options), words.OperatorTokenRefused.With())
	require.NoError(t, os.Remove(options.Folder.operatorToken()))
	require.ErrorIs(t, Up(t.Context(), t.Context(), options), words.OperatorTokenMissing.With())
}

func TestStopWhileStartingIsOrderly(t *testing.T) {
	t.Parallel()
	seen := &screen{}
	options := newOptions(t, seen)
	options.Programs.Influxd.Path = script(t, "influxd", `exec sleep 60`)
	stop := background(t, options)
	eventually(t, func() bool { last, err := options.Folder.readRecord(); return err == nil && last != nil }, "influxd is started")
	err := stop()
	require.NoError(t, err)
}
