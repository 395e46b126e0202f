package cosyvoice

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

func TestReleasesAreEvents(t *testing.T) {
	reading := synthesis.Reading{Instance: "studio"}
	reading.Releases = []synthesis.Release{
		{At: after(1), Release: datagram.Release{
			Trigger: datagram.Asked, Outcome: datagram.GivenBack, Freed: &datagram.Freed{FreedBytes: 3 << 30, AllocatedBytes: 5, ReservedBytes: 6},
		}},
		{At: after(2), Release: datagram.Release{Trigger: datagram.ByLimit, Outcome: datagram.NotGivenBack},
			Failure: datagram.Failure{Exception: "torch.AcceleratorError", Error: logline.CUDAError}},
		{At: after(3), Release: datagram.Release{Trigger: datagram.ByLimit, Outcome: datagram.Misconfigured}},
	}
	c, r, tick := toldInput(reading)
	c.tell(tick)
	events := r.named("cosyvoice_event")
	require.Len(t, events, 3)
	for i, want := range []struct{ kind, severity, message string }{
		{"cache_released", "info", "PyTorch gave back 3.00 GiB of GPU memory that it kept unused, as it was asked to"},
		{"cache_release_failed", "warning", "PyTorch could not give back the GPU memory that it keeps unused, " +
			"since the card was filled beyond the server's COSYVOICE_TELEGRAF_AUTO_RELEASE: torch.AcceleratorError"},
		{"cache_release_failed", "warning", "the server's COSYVOICE_TELEGRAF_AUTO_RELEASE is not understood, " +
			`so that nothing is given back by itself: write it like "90% every 30m", and restart the server`},
	} {
		require.Equal(t, after(float64(i+1)), events[i].at)
		require.Equal(t, map[string]string{
			"kind": want.kind, "severity": want.severity, "instance": "studio", "version": "1", "service": "cosyvoice3",
		}, events[i].tags)
		require.Equal(t, want.message, events[i].fields["message"])
	}
	require.Equal(t, 3.0*(1<<30), events[0].fields["freed_bytes"])
	require.Equal(t, 5.0, events[0].fields["torch_allocated_bytes"])
	require.Equal(t, 6.0, events[0].fields["torch_reserved_bytes"])
	require.NotContains(t, events[1].fields, "freed_bytes", "it is not known")
	require.Equal(t, "cuda_error", *events[1].fields["error"].(*string))
}
