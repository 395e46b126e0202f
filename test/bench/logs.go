package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// logRounds is how often each reader reads the log, in turn.
const logRounds = 3

// cost is what one reading of the log took.
type cost struct {
	cpu, wall time.Duration
	peakBytes uint64 // of resident memory; 0 if not measured
}

type logReader struct {
	name string
	read func(ctx context.Context, log string) (cost, error)
}

// logs prints what it costs to read a large log with the plugin, and with Telegraf's own
// input and a pattern, and what both find in it.
func (l *lab) logs(ctx context.Context, megabytes int64) error {
	big, err := newBigLog()
	if err != nil {
		return err
	}
	path := filepath.Join(l.dir, "big.log")
	size, holds, err := writeLog(big, path, megabytes*1e6)
	if err != nil {
		return fmt.Errorf("write a log of %d MB: %w", megabytes, err)
	}
	readers := []logReader{
		{"`cosyvoice-telegraf replay`", l.replayLog},
		{"its line reader alone", readLines},
		{"Telegraf's `inputs.tail` with grok", func(ctx context.Context, log string) (cost, error) {
			return l.grokLog(ctx, log, grokHeader)
		}},
		{"the same without the log's times", func(ctx context.Context, log string) (cost, error) {
			return l.grokLog(ctx, log, "")
		}},
	}
	costs := make([][]cost, len(readers))
	for range logRounds {
		for i, reader := range readers {
			c, err := reader.read(ctx, path)
			if err != nil {
				return fmt.Errorf("read the log with %s: %w", reader.name, err)
			}
			costs[i] = append(costs[i], c)
		}
	}
	fmt.Printf("\nA log of %.0f MB with %d syntheses, read %d times by each in turn; the reading with the least CPU time:\n\n",
		float64(size)/1e6, holds.requests, logRounds)
	fmt.Printf("| | CPU s for 100 MB | MB in a CPU second | wall s for 100 MB | peak RSS, MB | CPU against replay |\n|---|---|---|---|---|---|\n")
	replay := least(costs[0]).cpu
	for i, reader := range readers {
		c := least(costs[i])
		per := 1e8 / float64(size)
		fmt.Printf("| %s | %.2f | %.0f | %.2f | %s | %.1f × |\n", reader.name, c.cpu.Seconds()*per,
			float64(size)/1e6/c.cpu.Seconds(), c.wall.Seconds()*per, orNone(c.peakBytes), c.cpu.Seconds()/replay.Seconds())
	}
	if err := l.printFindings(holds); err != nil {
		return err
	}
	return l.longLog(ctx, 10*size)
}

func writeLog(big *bigLog, path string, size int64) (int64, tally, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, tally{}, err
	}
	written, holds, err := big.write(file, size)
	return written, holds, errors.Join(err, file.Close())
}

// printFindings compares what the two programs found with what the log holds.
func (l *lab) printFindings(holds tally) error {
	replayed, err := replayFound(filepath.Join(l.dir, "replay.lp"))
	if err != nil {
		return err
	}
	matched, err := grokFound(filepath.Join(l.dir, "grok.lp"))
	if err != nil {
		return err
	}
	fmt.Printf("\n| | in the log | replay | tail and grok |\n|---|---|---|---|\n")
	fmt.Printf("| syntheses | %d | %d | not told |\n", holds.requests, replayed.requests)
	fmt.Printf("| segments | %d | %d | %d |\n", holds.segments, replayed.segments, matched.segments)
	fmt.Printf("| yields | %d | %d | %d |\n", holds.yields, replayed.yields, matched.yields)
	fmt.Printf("| audio, s | %.1f | %.1f | %.1f |\n", holds.audio, replayed.audio, matched.audio)
	fmt.Printf("| compute, s | %.1f | %.1f | %.1f |\n", holds.compute, replayed.compute, matched.compute)
	return nil
}

// longLog prints how much memory a log takes that is ten times as long, from a pipe.
func (l *lab) longLog(ctx context.Context, size int64) error {
	big, err := newBigLog()
	if err != nil {
		return err
	}
	c := l.command(ctx, filepath.Join(l.bin, "cosyvoice-telegraf"), "replay", "-")
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	written := make(chan error, 1)
	if err := l.start(c, "long"); err != nil {
		return err
	}
	go func() {
		_, _, err := big.write(in, size)
		written <- errors.Join(err, in.Close())
	}()
	spent, err := watch(c, func() bool { return false })
	if err := errors.Join(err, <-written); err != nil {
		return fmt.Errorf("replay %d MB from a pipe: %w", size/1e6, err)
	}
	fmt.Printf("\nA log of %.0f MB: %s MB of peak RSS.\n", float64(size)/1e6, orNone(spent.peakBytes))
	return nil
}

func (l *lab) replayLog(ctx context.Context, log string) (cost, error) {
	c := l.command(ctx, filepath.Join(l.bin, "cosyvoice-telegraf"), "replay", "--tz", "UTC", log)
	out, err := os.Create(filepath.Join(l.dir, "replay.lp"))
	if err != nil {
		return cost{}, err
	}
	defer out.Close()
	c.Stdout = out
	if err := l.start(c, "replay"); err != nil {
		return cost{}, err
	}
	return watch(c, func() bool { return false })
}

// readLines reads the log in this process, with what makes records of its lines and
// nothing behind it.
func readLines(_ context.Context, log string) (cost, error) {
	file, err := os.Open(log)
	if err != nil {
		return cost{}, err
	}
	defer file.Close()
	began, before := time.Now(), ownCPU()
	r := logline.NewReader(func(*logline.Record) {})
	if _, err := io.CopyBuffer(r, struct{ io.Reader }{file}, make([]byte, 256<<10)); err != nil {
		return cost{}, err
	}
	r.Flush()
	return cost{cpu: ownCPU() - before, wall: time.Since(began)}, nil
}

func ownCPU() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err) // of a constant argument
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watch waits for a process, which it ends when done says so. The highest memory is read
// while it runs: what the kernel tells afterwards counts that of this program, too, since
// the process began as its copy.
func watch(c *exec.Cmd, done func() bool) (cost, error) {
	began := time.Now()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	var spent cost
	stopped := false
	for {
		select {
		case err := <-ended:
			if stopped {
				err = nil // it was asked to
			} else {
				spent.wall = time.Since(began)
			}
			spent.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
			return spent, err
		case <-time.After(20 * time.Millisecond):
		}
		if p, err := procfs.NewProc(c.Process.Pid); err == nil {
			if status, err := p.NewStatus(); err == nil {
				spent.peakBytes = max(spent.peakBytes, status.VmHWM)
			}
		}
		if !stopped && done() {
			stopped, spent.wall = true, time.Since(began)
			_ = c.Process.Signal(syscall.SIGTERM)
		}
	}
}

// endsWith tells whether the last bytes of a file hold a text.
func endsWith(path string, text []byte) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil {
		_, _ = file.Seek(max(0, info.Size()-4096), io.SeekStart)
	}
	end, err := io.ReadAll(file)
	return err == nil && bytes.Contains(end, text)
}

// least is the reading that other programs disturbed least.
func least(costs []cost) cost {
	return slices.MinFunc(costs, func(a, b cost) int { return cmp.Compare(a.cpu, b.cpu) })
}

func orNone(bytes uint64) string {
	if bytes == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", float64(bytes)/1e6)
}
