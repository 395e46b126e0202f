// Package cosyvoice is the Telegraf input that watches CosyVoice servers: the
// processes, the GPU and the plugin itself.
package cosyvoice

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/plugins/inputs"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/config"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

//go:embed sample.conf
var sampleConfig string

// tickBudget ends a tick well within half a second whatever hangs: what an observer
// has not answered by then is left out.
const tickBudget = 350 * time.Millisecond

// warmTime is long enough for a mean CPU usage and the answer to a probe.
const warmTime = 1200 * time.Millisecond

// Cosyvoice is the input with its settings; sample.conf explains them.
type Cosyvoice struct {
	Version       string          `toml:"version"`
	Probe         bool            `toml:"probe"`
	ProbeInterval config.Duration `toml:"probe_interval"`
	ProbeTimeout  config.Duration `toml:"probe_timeout"`
	NVMLLibrary   string          `toml:"nvml_library"`
	PCIe          bool            `toml:"pcie"`
	NVLink        bool            `toml:"nvlink"`
	Instances     []Instance      `toml:"instance"`
	Log           telegraf.Logger `toml:"-"`

	// NVMLChild is the command that runs gpu.RunChild; the library's path follows
	// as its last argument.
	NVMLChild []string `toml:"-"`
	// RunnerStats gives the counters of the runner, where there is one.
	RunnerStats func() execd.Stats `toml:"-"`

	// host says where to read processes; the zero value is this host.
	host process.Options

	gpus      *gpu.Monitor
	processes *process.Observer
	questions chan question
	answers   chan answer

	gpuPIDs  map[int]bool    // holders of GPU memory at the last tick
	happened []process.Event // not yet written
	version  string          // of the servers, as last known
	serving  serving
	events   eventTimes
	began    time.Time
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

// Instance names a server that is not found by itself.
type Instance struct {
	Name    string `toml:"name"`
	Pattern string `toml:"pattern"`
	PIDFile string `toml:"pid_file"`
	Port    int    `toml:"port"`
	Unit    string `toml:"systemd_unit"`
	Cgroup  string `toml:"cgroup"`
}

// SampleConfig is the documented configuration.
func (*Cosyvoice) SampleConfig() string { return sampleConfig }

// Init checks the settings.
func (c *Cosyvoice) Init() error {
	if c.ProbeInterval <= 0 || c.ProbeTimeout <= 0 {
		return fmt.Errorf("probe_interval and probe_timeout must be longer than 0; they are %s and %s",
			time.Duration(c.ProbeInterval), time.Duration(c.ProbeTimeout))
	}
	pins := make([]process.Pin, 0, len(c.Instances))
	for _, i := range c.Instances {
		pin := process.Pin{Name: i.Name, PIDFile: i.PIDFile, Port: i.Port, Unit: i.Unit, Cgroup: i.Cgroup}
		if i.Pattern != "" {
			pattern, err := regexp.Compile(i.Pattern)
			if err != nil {
				return fmt.Errorf("pattern %q of an instance: %w", i.Pattern, err)
			}
			pin.Pattern = pattern
		}
		pins = append(pins, pin)
	}
	options := c.host
	options.Pins, options.Version, options.Log = pins, c.Version, c.Log
	options.Probe = process.ProbeOptions{
		Enabled:  c.Probe,
		Timeout:  time.Duration(c.ProbeTimeout),
		Interval: time.Duration(c.ProbeInterval),
	}
	observer, err := process.New(options)
	if err != nil {
		return err
	}
	c.processes = observer
	c.questions, c.answers = make(chan question, 1), make(chan answer, 2)
	c.gpus = gpu.NewMonitor(gpu.Options{
		Command: append(c.NVMLChild, c.NVMLLibrary),
		PCIe:    c.PCIe, NVLink: c.NVLink, Log: c.Log,
	})
	return nil
}

// Start begins the sampling between ticks.
func (c *Cosyvoice) Start(telegraf.Accumulator) error {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	c.began = time.Now()
	c.running.Go(func() { c.gpus.Run(ctx) })
	c.running.Go(func() { c.processes.Run(ctx) })
	c.running.Go(func() { c.observe(ctx) })
	return nil
}

// Stop ends the sampling and waits for it.
func (c *Cosyvoice) Stop() {
	c.cancel()
	c.running.Wait()
}

// Warm takes first readings, so that a single gather has rates, knows the servers and
// who uses the GPUs. It takes a second, and longer on a card that must wake up or a
// host with very many processes.
func (c *Cosyvoice) Warm(ctx context.Context) {
	rates := time.After(warmTime)
	for {
		if r := c.report(ctx, time.Now()); r == nil || !r.Scan.Partial {
			break
		}
	}
	c.gpus.WaitReady(ctx)
	c.gpuPIDs = c.gpus.Holders(ctx)
	select {
	case <-rates:
	case <-ctx.Done():
	}
}

// Gather adds the points of one tick. All but events carry the same time.
func (c *Cosyvoice) Gather(acc telegraf.Accumulator) error {
	t := tick{acc: acc, now: time.Now()}
	ctx, cancel := context.WithDeadline(context.Background(), t.now.Add(tickBudget))
	defer cancel()

	// Both observers work at the same time.
	var gpus gpu.Snapshot
	var gpuSeconds float64
	gpusRead := make(chan struct{})
	go func() {
		defer close(gpusRead)
		gpus = c.gpus.Tick(ctx)
		gpuSeconds = time.Since(t.now).Seconds()
	}()
	report := c.report(ctx, t.now)
	<-gpusRead
	if report == nil {
		c.Log.Warnf("Reading /proc takes longer than %s; this tick goes without it", tickBudget)
	}

	c.gpuPIDs = gpus.Holders()
	use := share(gpus.GPUs, report)
	if report != nil {
		c.version = versionOf(report.Services)
	}
	t.system(c.version, countCards(gpus), c.serving.of(gpus.GPUs, use), report)
	t.gpus(gpus.GPUs, use)
	if report != nil {
		t.services(report.Services, use)
	}
	c.events.add(&t, gpus.Events, c.happened)
	c.happened = nil
	c.agent(&t, gpus, gpuSeconds, report)
	return nil
}

func init() {
	inputs.Add("cosyvoice", func() telegraf.Input {
		return &Cosyvoice{
			Probe:         true,
			ProbeInterval: config.Duration(10 * time.Second),
			ProbeTimeout:  config.Duration(2 * time.Second),
			NVMLLibrary:   "libnvidia-ml.so.1",
		}
	})
}
