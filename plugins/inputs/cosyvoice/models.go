package cosyvoice

import (
	"net/netip"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/triton"
)

// askModels has the Triton servers asked for their metrics. Those that answer at once are
// in the points of this tick.
func (c *Cosyvoice) askModels(at time.Time, services []process.Service) {
	addresses := map[string]netip.AddrPort{}
	for _, s := range services {
		if s.Metrics.IsValid() {
			addresses[s.Instance] = s.Metrics
		}
	}
	c.models.Ask(at, addresses)
}

// tellModels adds what Triton servers told. An answer that came late keeps the time of
// its tick.
func (c *Cosyvoice) tellModels(t *tick, readings []triton.Reading) {
	for _, r := range readings {
		for i := range r.Models {
			t.model(r.Instance, c.versions[r.Instance], r.At, &r.Models[i])
		}
	}
}

func (t *tick) model(instance, version string, at time.Time, m *triton.Model) {
	t.acc.AddFields("cosyvoice_model", map[string]any{
		"requests_success_total":  m.Success,
		"requests_failure_total":  m.Failure,
		"requests_rejected_total": m.Rejected,
		"requests_canceled_total": m.Canceled,
		"request_seconds_total":   m.RequestSeconds,
		"queue_seconds_total":     m.QueueSeconds,
		"compute_seconds_total":   m.ComputeSeconds,
		"pending":                 m.Pending,
	}, map[string]string{"service": serviceName, "instance": instance, "version": version, "model": m.Name}, at)
}
