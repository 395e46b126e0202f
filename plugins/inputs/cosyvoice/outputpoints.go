package cosyvoice

import (
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/outputs"
)

// output adds a synthesis of which there is only the audio file that it left.
func (t *tick) output(instance, version string, file *outputs.File) {
	t.acc.AddFields("cosyvoice_synthesis", map[string]any{
		"audio_seconds": file.AudioSeconds,
		"request_id":    file.ID,
		"grouping":      grouping(false),
	}, map[string]string{
		"service": serviceName, "instance": instance, "version": version,
		"outcome": string(synthesis.OK), "streaming": "false",
	}, file.At)
}
