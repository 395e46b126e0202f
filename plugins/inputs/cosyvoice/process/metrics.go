package process

import "net/netip"

// tritonMetricsPort is Triton's default for --metrics-port (triton-inference-server/server,
// src/command_line_parser.h).
const tritonMetricsPort = 8002

// metricsAddress is where a Triton server gives its metrics; the zero value for another
// one, and where it cannot be asked from here.
func (o *Observer) metricsAddress(s *server) netip.AddrPort {
	namespace := o.sockets.of(s.id.pid)
	if !o.options.Probe.Enabled || s.api() != apiTriton || !o.reaches(namespace) {
		return netip.AddrPort{}
	}
	wanted := tritonMetricsPort
	if text, given := s.evidence.command.option("--metrics-port"); given {
		wanted = port(text)
	}
	found, _, _ := namespace.on(wanted)
	if found == nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(reachableAddr(found.addr), uint16(wanted))
}
