package stack

import (
	"os"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/wal"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
)

// telegrafPart runs Telegraf with the state folder's telegraf.conf, which takes
// what differs from host to host from the environment. Telegraf hands its
// environment on to the plugin.
func telegrafPart(programs Programs, folder Folder, plan plan, say *words.Printer) part {
	env := append(os.Environ(),
		"COSYVOICE_INFLUX_URL="+plan.url,
		"COSYVOICE_SECRETS="+folder.telegrafSecrets(),
		"COSYVOICE_BUFFER="+folder.buffer(),
		"COSYVOICE_PLUGIN="+programs.Plugin.Path,
		"COSYVOICE_CONFIG="+plan.pluginConf,
		// What the plugin keeps and where servers report to, unless its settings say otherwise.
		"STATE_DIRECTORY="+string(folder),
		datagram.PathVariable+"="+folder.reportSocket(),
	)
	if plan.simulated == allSimulated {
		env = append(env, "COSYVOICE_HOST="+demoHost)
	}
	if plan.simulated.GPU {
		env = append(env, "FAKE_NVML_STATE="+folder.gpuState())
	}
	return part{
		name:    "telegraf",
		version: programs.Telegraf.Version,
		path:    programs.Telegraf.Path,
		args:    []string{"--config", folder.telegrafConf()},
		env:     env,
		dir:     string(folder),
		log:     folder.log("telegraf"),
		grace:   15 * time.Second,
		prepare: func() { repairBuffer(folder, say) },
	}
}

// repairBuffer makes a disk buffer readable that a power cut or a full disk left
// torn, since Telegraf would refuse to start with it.
func repairBuffer(folder Folder, say *words.Printer) {
	report, err := wal.Repair(folder.buffer())
	if err != nil {
		say.Say(words.BufferRepairFailed, folder.buffer(), err)
	}
	aside := folder.path("buffer", wal.AsideDir)
	for _, buffer := range report.Buffers {
		say.Say(words.BufferRepaired, buffer.Dir, buffer.Entries, aside)
	}
	if dropped := report.Dropped; dropped.Files > 0 {
		say.Say(words.BufferAsideDropped, aside, dropped.Files, dropped.Bytes>>20, wal.AsideLimit>>20)
	}
}
