package stack

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// Simulated says which parts of a demo are stand-ins; everything else is real.
type Simulated struct {
	GPU    bool `json:"gpu"`
	Server bool `json:"server"`
}

// allSimulated is a demo of which only the host's own readings are real.
var allSimulated = Simulated{GPU: true, Server: true}

// survey finds out what a demo has to simulate: whatever the plugin itself cannot
// see on this host.
func survey(ctx context.Context, plugin Program, pluginConf string) (Simulated, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, plugin.Path, "--once", "--config", pluginConf)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if stdout.Len() == 0 {
		return Simulated{}, words.PluginFailed.With(plugin.Path, err, stderr.String())
	}
	gpu, server, err := seen(stdout.Bytes())
	if err != nil {
		return Simulated{}, err
	}
	// A driver that is there but does not answer is a fault to show, not a gap
	// for a stand-in to hide.
	if _, err := os.Stat("/dev/nvidiactl"); err == nil {
		gpu = true
	}
	return Simulated{GPU: !gpu, Server: !server}, nil
}

// seen reads from the plugin's points whether it saw a GPU and a running server.
func seen(points []byte) (gpu, server bool, err error) {
	decoder := lineprotocol.NewDecoderWithBytes(points)
	for decoder.Next() {
		measurement, err := decoder.Measurement()
		if err != nil {
			return false, false, fmt.Errorf("reading the plugin's points: %w", err)
		}
		switch string(measurement) {
		case "cosyvoice_gpu":
			gpu = true
		case "cosyvoice_service":
			up, err := fieldIsOne(decoder, "up")
			if err != nil {
				return false, false, err
			}
			server = server || up
		}
	}
	return gpu, server, nil
}

func fieldIsOne(decoder *lineprotocol.Decoder, name string) (bool, error) {
	for {
		if key, _, err := decoder.NextTag(); err != nil {
			return false, fmt.Errorf("reading the plugin's points: %w", err)
		} else if key == nil {
			break
		}
	}
	one := false
	for {
		key, value, err := decoder.NextField()
		if err != nil {
			return false, fmt.Errorf("reading the plugin's points: %w", err)
		}
		if key == nil {
			return one, nil
		}
		if string(key) == name {
			one = value.Interface() == int64(1)
		}
	}
}

func (f Folder) gpuState() string { return f.path("demo", "gpu.state") }

// prepareFakeGPU writes the fake driver's state at rest, and settings for the
// plugin that load the fake library.
func prepareFakeGPU(folder Folder, library string) (pluginConf string, err error) {
	if err := fakenvml.Write(folder.gpuState(), fakenvml.Default()); err != nil {
		return "", fmt.Errorf("preparing the simulated GPU: %w", err)
	}
	pluginConf = filepath.Join(folder.demo(), "cosyvoice.conf")
	content := fmt.Sprintf(`# Settings of the plugin for a demo with a simulated GPU. Written anew by each
# "cosyvoicectl up --demo"; %s is for real GPUs.
[[inputs.cosyvoice]]
  nvml_library = %q
`, folder.PluginConf(), library)
	return pluginConf, files.Replace(pluginConf, []byte(content))
}

// simulatorPart runs the stand-in for the server. The simulator starts the server
// again after a simulated crash, as a person would.
func simulatorPart(program string, folder Folder, options Options, simulated Simulated) part {
	args := []string{
		"run", "--dir", filepath.Join(folder.demo(), "server"), "--restart",
		"--port", strconv.Itoa(options.SimPort),
		"--scenario", options.Scenario,
		"--seed", strconv.FormatUint(options.Seed, 10),
	}
	if simulated.GPU {
		args = append(args, "--gpu-state", folder.gpuState())
	}
	return part{
		name:    "cosyvoice-sim",
		version: options.Version,
		path:    program,
		args:    args,
		env:     os.Environ(),
		dir:     folder.demo(),
		log:     folder.log("cosyvoice-sim"),
		grace:   10 * time.Second,
		// One that does not start was told something wrong, such as its scenario.
		mustStart: true,
	}
}
