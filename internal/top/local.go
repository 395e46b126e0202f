package top

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Local runs a plugin and reads what it prints.
type Local struct {
	Plugin string // its path
	Config string // its settings' file, "" for the defaults
	Host   string // this machine's name: Telegraf would add it
	Every  time.Duration
}

// grace is how long a plugin that is asked to end may take.
const grace = 3 * time.Second

// Name implements Source.
func (l Local) Name(language words.Language) string { return words.TopLocal.In(language) }

// Watch implements Source.
func (l Local) Watch(ctx context.Context, tell func(News)) error {
	args := []string{"--aside", "--interval", l.Every.String()}
	if l.Config != "" {
		args = append(args, "--config", l.Config)
	}
	cmd := exec.CommandContext(ctx, l.Plugin, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = grace
	log := &tail{}
	cmd.Stderr = log
	// The end of its input ends it, should this program be killed.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("opening the plugin's input: %w", err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("opening the plugin's output: %w", err)
	}
	// The terminal's Ctrl-C is for this program alone, which asks the plugin to end.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the plugin: %w", err)
	}
	readErr := l.read(stdout, tell)
	err = cmd.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return words.TopLocalEnded.With(l.Plugin, errors.Join(readErr, err), log.String())
}

// read tells the points of each burst of lines at once.
func (l Local) read(stdout io.Reader, tell func(News)) error {
	lines := bufio.NewReaderSize(stdout, 1<<20)
	var points []Point
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the plugin's output: %w", err)
		}
		point, err := parse(line)
		if err != nil {
			return fmt.Errorf("reading the plugin's line %q: %w", bytes.TrimSpace(line), err)
		}
		point.Tags["host"] = l.Host
		points = append(points, point)
		if lines.Buffered() == 0 {
			tell(News{Points: points})
			points = nil
		}
	}
}

// parse reads a line of line protocol.
func parse(line []byte) (Point, error) {
	p := Point{Tags: map[string]string{}, Fields: map[string]any{}}
	dec := lineprotocol.NewDecoderWithBytes(line)
	if !dec.Next() {
		return p, errors.New("it holds no point")
	}
	measurement, err := dec.Measurement()
	if err != nil {
		return p, err
	}
	p.Measurement = string(measurement)
	for {
		key, value, err := dec.NextTag()
		if err != nil {
			return p, err
		}
		if key == nil {
			break
		}
		p.Tags[string(key)] = string(value)
	}
	for {
		key, value, err := dec.NextField()
		if err != nil {
			return p, err
		}
		if key == nil {
			break
		}
		p.Fields[string(key)] = value.Interface()
	}
	p.Time, err = dec.Time(lineprotocol.Nanosecond, time.Now())
	return p, err
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// kept is how much of it.
const kept = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(len(t.text)-kept, 0):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.text))
}
