// Package stack runs the single-node stack: InfluxDB, Telegraf with the plugin,
// and for a demo the stand-ins for what the host lacks. All that it keeps is in
// one state folder.
package stack

import (
	"context"
	"fmt"
	"os"
	"time"

	cosyvoicetelegraf "github.com/cosyvoice-telegraf/cosyvoice-telegraf"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Options are what `up` is told.
type Options struct {
	Folder     Folder
	InfluxPort int
	// Demo simulates the GPU and the server where the host has none.
	Demo     bool
	SimPort  int
	Scenario string
	Seed     uint64
	// History is how long a past is made up for a demo; zero is none.
	History time.Duration
	// Version is this program's own.
	Version  string
	Programs Programs
	Say      *words.Printer
}

// Up runs the stack until ctx is cancelled, then stops it in order. Cancelling
// kill ends all parts at once. The error is nil after an orderly stop.
func Up(ctx, kill context.Context, options Options) error {
	folder := options.Folder
	if err := folder.create(); err != nil {
		return err
	}
	if err := checkSpace(string(folder), leastFree); err != nil {
		return err
	}
	release, err := folder.lock()
	if err != nil {
		return err
	}
	defer release()
	if err := endLeftovers(ctx, folder, options.Say); err != nil {
		return err
	}
	plan, err := prepare(ctx, options)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	return run(ctx, kill, options, plan)
}

// plan is what is settled before the first part is started.
type plan struct {
	url        string
	pluginConf string
	simulated  Simulated
	history    *historyNote // that is to be filled
}

func prepare(ctx context.Context, options Options) (plan, error) {
	folder, say := options.Folder, options.Say
	p := plan{url: influxURL(options.InfluxPort), pluginConf: folder.PluginConf()}
	say.Say(words.StateFolder, string(folder))
	if err := checkPort("influxd", options.InfluxPort, "--influx-port"); err != nil {
		return plan{}, err
	}
	if err := folder.installTelegrafConf(cosyvoicetelegraf.TelegrafConf, say); err != nil {
		return plan{}, err
	}
	if err := folder.installPluginConf(); err != nil {
		return plan{}, err
	}
	if !options.Demo {
		if _, err := os.Stat(folder.demo()); err == nil {
			say.Say(words.HoldsDemoData, string(folder))
		}
		return p, folder.giveUpHistory()
	}
	err := prepareDemo(ctx, options, &p)
	return p, err
}

func prepareDemo(ctx context.Context, options Options, p *plan) (err error) {
	if p.simulated, err = survey(ctx, options.Programs.Plugin, p.pluginConf); err != nil {
		return err
	}
	options.Say.Say(simulatedText(p.simulated))
	if p.simulated.Server {
		if err := checkPort("cosyvoice-sim", options.SimPort, "--sim-port"); err != nil {
			return err
		}
	}
	if p.simulated != (Simulated{}) {
		if err := os.MkdirAll(options.Folder.demo(), 0o700); err != nil {
			return fmt.Errorf("creating the demo's folder: %w", err)
		}
	}
	if p.history, err = prepareHistory(options, p.simulated); err != nil {
		return err
	}
	if p.simulated.GPU {
		p.pluginConf, err = prepareFakeGPU(options.Folder, options.Programs.NVML)
	}
	return err
}

// simulatedText says plainly what is real.
func simulatedText(simulated Simulated) words.Text {
	switch simulated {
	case allSimulated:
		return words.SimulatedBoth
	case Simulated{GPU: true}:
		return words.SimulatedGPU
	case Simulated{Server: true}:
		return words.SimulatedServer
	}
	return words.SimulatedNothing
}

// run starts the parts in order, waits, and stops them in the opposite order.
func run(ctx, kill context.Context, options Options, p plan) error {
	say := options.Say
	ledger := &runFile{path: options.Folder.runFile(), record: record{
		Up: findProcess(os.Getpid()), Version: options.Version, StartedAt: time.Now(),
		InfluxURL: p.url, Plugin: options.Programs.Plugin, Simulated: p.simulated,
	}}
	defer os.Remove(ledger.path)

	life, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	parts := &supervisor{pacing: defaultPacing, say: say, run: ledger, giveUp: giveUp, kill: kill}
	err := serve(life, parts, options, p)
	parts.stopAll()
	if ctx.Err() != nil {
		return nil
	}
	if cause := context.Cause(life); cause != nil {
		return cause
	}
	return err
}

// serve brings the parts up one by one and returns when life ends.
func serve(life context.Context, parts *supervisor, options Options, p plan) error {
	folder, say, fills := options.Folder, options.Say, p.history != nil
	influxd := influxdPart(options.Programs.Influxd, folder, options.InfluxPort, fills)
	parts.start(influxd)
	simulate := func() {
		if p.simulated.Server {
			parts.start(simulatorPart(options.Programs.Simulator, folder, options, p.simulated))
		}
	}
	if !fills { // its model loads while influxd starts
		simulate()
	}
	if err := awaitInfluxd(life, influxd, p.url, say); err != nil {
		return err
	}
	if err := provision(life, p, options); err != nil {
		return err
	}
	if fills { // before, it would take a third of a core from that
		simulate()
	}
	if p.simulated.Server {
		if err := awaitSimulator(life, folder, options.SimPort, say); err != nil {
			return err
		}
	}
	telegraf := telegrafPart(options.Programs, folder, p, say)
	since, logged := time.Now(), logSize(telegraf.log)
	parts.start(telegraf)
	if err := awaitFirstPoint(life, p.url, folder, since, logged, say); err != nil {
		return err
	}
	<-life.Done()
	return nil
}
