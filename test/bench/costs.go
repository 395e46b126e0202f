package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const tick = 10 * time.Second

// contender is one way to watch the host. All begin a tick every 10 s.
type contender struct {
	name  string
	start func(ctx context.Context, gpus int) (*exec.Cmd, error)
}

func (l *lab) contenders() []contender {
	return []contender{
		{"the plugin and its child", l.startPlugin},
		{"Telegraf that runs the plugin", func(ctx context.Context, gpus int) (*exec.Cmd, error) {
			return l.startTelegraf(ctx, "execd", gpus, fmt.Sprintf(
				"[[inputs.execd]]\n  command = [%q, \"--config\", %q]\n  signal = \"STDIN\"\n  data_format = \"influx\"\n",
				filepath.Join(l.bin, "cosyvoice-telegraf"), filepath.Join(l.dir, "cosyvoice.conf")))
		}},
		{"two Go programs that only wake up once a second", func(ctx context.Context, _ int) (*exec.Cmd, error) {
			self, err := os.Executable()
			if err != nil {
				return nil, err
			}
			c := l.command(ctx, self, wakeArgument, "2")
			return c, l.start(c, "wake")
		}},
		{"Telegraf's own inputs", func(ctx context.Context, gpus int) (*exec.Cmd, error) {
			return l.startTelegraf(ctx, "own", gpus, l.ownInputs(""))
		}},
		{"the same without smaps", func(ctx context.Context, gpus int) (*exec.Cmd, error) {
			return l.startTelegraf(ctx, "nosmaps", gpus, l.ownInputs("  properties = [\"cpu\", \"limits\", \"memory\"]\n"))
		}},
	}
}

func (l *lab) startPlugin(ctx context.Context, _ int) (*exec.Cmd, error) {
	c := l.command(ctx, filepath.Join(l.bin, "cosyvoice-telegraf"),
		"--config", filepath.Join(l.dir, "cosyvoice.conf"), "--interval", tick.String())
	// Its standard input stays open: the end of it would end the plugin.
	if _, err := c.StdinPipe(); err != nil {
		return nil, err
	}
	return c, l.start(c, "plugin")
}

// ownInputs are Telegraf's inputs that come nearest to the plugin's readings.
func (l *lab) ownInputs(procstat string) string {
	return fmt.Sprintf("[[inputs.nvidia_smi]]\n  bin_path = %q\n", l.smi) +
		"[[inputs.procstat]]\n  pattern = \"webui\\\\.py\"\n" + procstat +
		"[[inputs.cpu]]\n[[inputs.mem]]\n"
}

// startTelegraf starts a Telegraf whose files have a name of their own.
func (l *lab) startTelegraf(ctx context.Context, name string, gpus int, inputs string) (*exec.Cmd, error) {
	conf := "[agent]\n  interval = \"10s\"\n  flush_interval = \"10s\"\n  quiet = true\n[[outputs.discard]]\n" + inputs
	if err := l.write(name+".conf", conf); err != nil {
		return nil, err
	}
	c := l.command(ctx, l.telegraf, "--config", filepath.Join(l.dir, name+".conf"))
	c.Env = append(c.Env, "BENCH_GPUS="+strconv.Itoa(gpus))
	return c, l.start(c, name)
}

// costs prints what each contender takes for a tick, on hosts of several sizes. All
// contenders of a case run at the same time, so that each meets the same machine.
func (l *lab) costs(ctx context.Context, ticks int) error {
	fmt.Printf("\n| GPUs | other processes | | CPU a tick, ms | RSS, MB | PSS, MB | CPU against the plugin |\n|---|---|---|---|---|---|---|\n")
	for _, c := range []struct{ gpus, idle int }{{1, 10}, {8, 10}, {1, 500}, {8, 500}} {
		if err := l.gpus(c.gpus); err != nil {
			return err
		}
		if err := l.idlers(ctx, c.idle); err != nil {
			return err
		}
		if err := l.caseOf(ctx, c.gpus, c.idle, ticks); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) caseOf(ctx context.Context, gpus, idle, ticks int) error {
	contenders := l.contenders()
	running := make([]*exec.Cmd, len(contenders))
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for _, c := range running {
			if c != nil {
				_ = c.Wait()
			}
		}
	}()
	for i, c := range contenders {
		cmd, err := c.start(ctx, gpus)
		if err != nil {
			return fmt.Errorf("start %s: %w", c.name, err)
		}
		running[i] = cmd
	}
	// Two ticks to settle: what happens once at the start is not the cost of a tick.
	if err := sleep(ctx, 2*tick+tick/2); err != nil {
		return err
	}
	before := make([]usage, len(running))
	for i, c := range running {
		var err error
		if before[i], err = usageOf(c.Process.Pid); err != nil {
			return fmt.Errorf("%s: %w; its log is in %s", contenders[i].name, err, l.dir)
		}
	}
	if err := sleep(ctx, time.Duration(ticks)*tick); err != nil {
		return err
	}
	var plugin float64
	for i, c := range running {
		after, err := usageOf(c.Process.Pid)
		if err != nil {
			return fmt.Errorf("%s: %w; its log is in %s", contenders[i].name, err, l.dir)
		}
		milliseconds := (after.cpu - before[i].cpu).Seconds() * 1000 / float64(ticks)
		if i == 0 {
			plugin = milliseconds
		}
		fmt.Printf("| %d | %d | %s | %.1f | %.1f | %.1f | %.1f × |\n", gpus, idle, contenders[i].name,
			milliseconds, float64(after.rssBytes)/1e6, float64(after.pssBytes)/1e6, milliseconds/plugin)
	}
	return nil
}

// firstPoint prints how soon after its start the plugin prints a point.
func (l *lab) firstPoint(ctx context.Context) error {
	const runs = 11
	var slowest time.Duration
	for range runs {
		took, err := l.timeToPoint(ctx)
		if err != nil {
			return err
		}
		slowest = max(slowest, took)
	}
	fmt.Printf("\nThe first point is there %d ms after the start of the plugin, at the slowest of %d starts.\n",
		slowest.Milliseconds(), runs)
	return nil
}

func (l *lab) timeToPoint(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := l.command(ctx, filepath.Join(l.bin, "cosyvoice-telegraf"), "--config", filepath.Join(l.dir, "cosyvoice.conf"))
	defer func() {
		cancel()
		_ = c.Wait()
	}()
	in, err := c.StdinPipe()
	if err != nil {
		return 0, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := c.Start(); err != nil {
		return 0, err
	}
	if _, err := in.Write([]byte("\n")); err != nil {
		return 0, err
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		return 0, fmt.Errorf("the plugin printed no point: %w", err)
	}
	return time.Since(began), c.Process.Signal(syscall.SIGTERM)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
