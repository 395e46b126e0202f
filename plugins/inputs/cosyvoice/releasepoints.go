package cosyvoice

import (
	"fmt"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
)

// release adds the event of a server that was to give GPU memory back. The plugin only tells
// of it: who decides is the person that asks, or that starts the server with a limit.
func (t *tick) release(instance, version string, r *synthesis.Release) {
	kind, severity := "cache_released", string(process.SeverityInfo)
	if r.Outcome != datagram.GivenBack {
		kind, severity = "cache_release_failed", severityWarning
	}
	fields := map[string]any{"message": releaseMessage(r), "error": told(string(r.Error))}
	if f := r.Freed; f != nil {
		fields["freed_bytes"] = float64(f.FreedBytes)
		fields["torch_allocated_bytes"] = float64(f.AllocatedBytes)
		fields["torch_reserved_bytes"] = float64(f.ReservedBytes)
	}
	t.event(r.At, map[string]string{"kind": kind, "severity": severity, "instance": instance, "version": version}, fields)
}

func releaseMessage(r *synthesis.Release) string {
	const gib = 1 << 30
	by := "as it was asked to"
	if r.Trigger == datagram.ByLimit {
		by = "since the card was filled beyond the server's COSYVOICE_TELEGRAF_AUTO_RELEASE"
	}
	switch r.Outcome {
	case datagram.GivenBack:
		return fmt.Sprintf("PyTorch gave back %.2f GiB of GPU memory that it kept unused, %s", float64(r.Freed.FreedBytes)/gib, by)
	case datagram.NotGivenBack:
		return fmt.Sprintf("PyTorch could not give back the GPU memory that it keeps unused, %s: %s", by, r.Exception)
	default:
		return `the server's COSYVOICE_TELEGRAF_AUTO_RELEASE is not understood, so that nothing is given back by itself: write it like "90% every 30m", and restart the server`
	}
}
