package process

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMetricsOfATritonServer(t *testing.T) {
	const model = "--model-repository model_repo_cosyvoice3_copy "
	for name, tc := range map[string]struct {
		argv   string
		silent bool // without probes
		apart  bool // in a network of its own
		want   string
	}{
		"as upstream starts it": {argv: "tritonserver " + model + "--http-port 18000 --grpc-port 18001 --metrics-port 18002", want: "127.0.0.1:18002"},
		"joined by =":           {argv: "tritonserver " + model + "--metrics-port=18002", want: "127.0.0.1:18002"},
		"default port":          {argv: "tritonserver " + model, want: "127.0.0.1:8002"},
		"another port":          {argv: "tritonserver " + model + "--metrics-port 9"},
		"no port at all":        {argv: "tritonserver " + model + "--metrics-port none"},
		"without probes":        {argv: "tritonserver " + model, silent: true},
		"in a container":        {argv: "tritonserver " + model, apart: true},
		"no Triton server":      {argv: "python3 webui.py --port 8000 --model_dir pretrained_models/CosyVoice3"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			sockets := []string{tcpLine(18000, "0A", 1), tcpLine(18002, "0A", 2), tcpLine(8000, "0A", 3), tcpLine(8002, "0A", 4)}
			m.hostSockets(sockets...)
			m.run(proc{pid: 100, argv: tc.argv})
			if tc.apart {
				m.sockets("100", sockets...)
			}
			services := m.observer(Options{Probe: ProbeOptions{Enabled: !tc.silent}}).Tick(nil).Services
			require.Len(t, services, 1)
			if tc.want == "" {
				require.False(t, services[0].Metrics.IsValid())
				return
			}
			require.Equal(t, netip.MustParseAddrPort(tc.want), services[0].Metrics)
		})
	}
}
