package gpu

import (
	"sync"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// startPCIe begins to read the PCIe throughput of all cards, if asked for, and
// returns what waits for the end and fills it in. Each call counts for 20 ms
// (nvml.h), so the cards are read beside each other and beside all other readings.
func (d *driver) startPCIe(asked request) func([]Reading) {
	if !asked.pcie || !d.has("nvmlDeviceGetPcieThroughput") {
		return func([]Reading) {}
	}
	type throughput struct {
		tx, rx uint32
		ret    nvml.Return
	}
	found := make([]throughput, len(d.devices))
	var reading sync.WaitGroup
	for i, dev := range d.devices {
		if dev.card != "" || dev.unsupported["pcie"] {
			found[i].ret = nvml.ERROR_NOT_SUPPORTED
			continue
		}
		reading.Go(func() {
			t := &found[i]
			if t.tx, t.ret = dev.GetPcieThroughput(nvml.PCIE_UTIL_TX_BYTES); t.ret == nvml.SUCCESS {
				t.rx, t.ret = dev.GetPcieThroughput(nvml.PCIE_UTIL_RX_BYTES)
			}
		})
	}
	return func(readings []Reading) {
		reading.Wait()
		for i, t := range found {
			switch t.ret {
			case nvml.SUCCESS:
				readings[i].PCIeTxBytesPerSecond = kibibytes(t.tx)
				readings[i].PCIeRxBytesPerSecond = kibibytes(t.rx)
			case nvml.ERROR_NOT_SUPPORTED:
				d.devices[i].unsupported["pcie"] = true
			case nvml.ERROR_GPU_IS_LOST: // the other families tell
			default:
				readings[i].fault("pcie", t.ret.String())
			}
		}
	}
}

func kibibytes(v uint32) *float64 {
	f := number(v)
	if f != nil {
		*f *= 1024
	}
	return f
}
