// Package cosyvoice is the Telegraf input that watches CosyVoice servers: the
// processes, the GPU and the plugin itself.
package cosyvoice

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/plugins/inputs"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/config"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/triton"
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
	LogFiles      []string        `toml:"log_files"`
	LogFromStart  bool            `toml:"log_from_beginning"`
	LogTimezone   string          `toml:"log_timezone"`
	StateFile     string          `toml:"state_file"`
	Text          string          `toml:"text"`
	ReportSocket  string          `toml:"report_socket"`
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
	logs      *synthesis.Observer
	models    *triton.Reader
	listener  *datagram.Listener // nil without a socket
	inbox     inbox
	strangers atomic.Int64 // reports of processes that are no servers

	processDesk desk[holders, process.Report]
	logDesk     desk[logQuestion, logReport]

	gpuPIDs  holders         // at the last tick
	happened []process.Event // not yet written
	servers  []synthesis.Server
	told     []synthesis.Reading // not yet written
	versions map[string]string   // of the servers by instance, as last known
	version  string              // of the first of them
	serving  serving
	boxes    blackBoxes
	troubles troubles
	reasons  map[string]string // by instance, why there is no log
	ticked   time.Time         // the last tick

	checkpoint synthesis.Checkpoint // of what was told last
	news       bool                 // was told since a checkpoint was kept
	kept       time.Time            // when one was
	unsaved    []remembered
	toSave     synthesis.Checkpoint // at the next tick

	events  eventTimes
	began   time.Time
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// Instance names a server that is not found by itself.
type Instance struct {
	Name    string `toml:"name"`
	Pattern string `toml:"pattern"`
	PIDFile string `toml:"pid_file"`
	Port    int    `toml:"port"`
	Unit    string `toml:"systemd_unit"`
	Cgroup  string `toml:"cgroup"`

	LogFiles []string `toml:"log_files"`
}

// SampleConfig is the documented configuration.
func (*Cosyvoice) SampleConfig() string { return sampleConfig }

// Init checks the settings.
func (c *Cosyvoice) Init() error {
	if c.ProbeInterval <= 0 || c.ProbeTimeout <= 0 {
		return fmt.Errorf("probe_interval and probe_timeout must be longer than 0; they are %s and %s",
			time.Duration(c.ProbeInterval), time.Duration(c.ProbeTimeout))
	}
	pins, err := c.Pins()
	if err != nil {
		return err
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
	c.processDesk = newDesk[holders, process.Report]()
	c.logDesk = newDesk[logQuestion, logReport]()
	c.boxes, c.troubles = blackBoxes{}, troubles{}
	c.versions, c.reasons = map[string]string{}, map[string]string{}
	if c.logs, err = c.newLogs(options.ProcRoot); err != nil {
		return err
	}
	c.models = triton.NewReader(c.Log)
	c.gpus = gpu.NewMonitor(gpu.Options{
		Command: append(c.NVMLChild, c.NVMLLibrary),
		PCIe:    c.PCIe, NVLink: c.NVLink, Log: c.Log,
	})
	return nil
}

// Pins are the servers that the settings name.
func (c *Cosyvoice) Pins() ([]process.Pin, error) {
	pins := make([]process.Pin, 0, len(c.Instances))
	for _, i := range c.Instances {
		pin := process.Pin{Name: i.Name, PIDFile: i.PIDFile, Port: i.Port, Unit: i.Unit, Cgroup: i.Cgroup}
		if i.Pattern != "" {
			pattern, err := regexp.Compile(i.Pattern)
			if err != nil {
				return nil, fmt.Errorf("pattern %q of an instance: %w", i.Pattern, err)
			}
			pin.Pattern = pattern
		}
		pins = append(pins, pin)
	}
	return pins, nil
}

// Start begins the sampling between ticks.
func (c *Cosyvoice) Start(telegraf.Accumulator) error {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	c.began = time.Now()
	c.running.Go(func() { c.gpus.Run(ctx) })
	c.running.Go(func() { c.processes.Run(ctx) })
	c.running.Go(func() { c.observe(ctx) })
	c.running.Go(func() { c.readLogs(ctx) })
	c.running.Go(func() { c.models.Run(ctx) })
	if c.openSocket(); c.listener != nil {
		c.running.Go(func() { c.listen(ctx) })
	}
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
		now := time.Now()
		report := c.report(ctx, now)
		if report == nil {
			break
		}
		if !report.Scan.Partial {
			c.askModels(now, report.Services)
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

	// The observers of GPUs and of processes work at the same time.
	var gpus gpu.Snapshot
	var gpuSeconds float64
	gpusRead := make(chan struct{})
	go func() {
		defer close(gpusRead)
		gpus = c.gpus.Tick(ctx)
		gpuSeconds = time.Since(t.now).Seconds()
	}()
	report := c.report(ctx, t.now)
	if report != nil {
		c.askModels(t.now, report.Services)
	}
	logsRead := c.read(ctx, t.now, report)
	<-gpusRead
	if report == nil {
		c.Log.Warnf("Reading /proc takes longer than %s; this tick goes without it", tickBudget)
	}

	c.gpuPIDs = gpus.Holders()
	use := share(gpus.GPUs, report)
	c.boxes.record(c.ticked, t.now, gpus, use, report)
	c.ticked = t.now
	if report != nil {
		c.version = versionOf(report.Services)
		for _, s := range report.Services {
			c.versions[s.Instance] = s.Version
		}
	}
	t.system(c.version, countCards(gpus), c.serving.of(gpus.GPUs, use), report)
	t.gpus(gpus.GPUs, use)
	if report != nil {
		t.services(report.Services, use, c.live())
	}
	logTotals := c.logTotals(logsRead)
	c.tell(&t)
	c.addEvents(&t, gpus.Events)
	c.tellModels(&t, c.models.Take())
	c.agent(&t, gpus, gpuSeconds, report, logTotals)
	c.remember(t.now)
	return nil
}

func init() {
	inputs.Add("cosyvoice", func() telegraf.Input {
		return &Cosyvoice{
			Probe:         true,
			ProbeInterval: config.Duration(10 * time.Second),
			ProbeTimeout:  config.Duration(2 * time.Second),
			NVMLLibrary:   "libnvidia-ml.so.1",
			Text:          string(synthesis.TextLength),
		}
	})
}
