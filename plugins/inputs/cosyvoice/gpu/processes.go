package gpu

import (
	"slices"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// readProcessUtilization gives each process that holds memory its share of the SMs
// since the tick before. NVML keeps samples of processes that used the SMs; where it
// has none of an idle card, all were idle.
func readProcessUtilization(_ *driver, dev *device, r *Reading) nvml.Return {
	samples, ret := processSamples(dev)
	if ret != nvml.SUCCESS {
		return ret
	}
	sums, counts := map[int]float64{}, map[int]float64{}
	newest := dev.lastSampled
	for _, s := range samples {
		// Ended processes leave samples that are old, or absurd.
		if s.TimeStamp <= dev.lastSampled || s.SmUtil > 100 {
			continue
		}
		newest = max(newest, s.TimeStamp)
		sums[int(s.Pid)] += float64(s.SmUtil)
		counts[int(s.Pid)]++
	}
	dev.lastSampled = newest

	if len(sums) == 0 && r.UtilizationPercent != nil && *r.UtilizationPercent > 0 {
		return nvml.SUCCESS // somebody works, and the driver does not tell who
	}
	for pid, sum := range sums {
		listed := slices.ContainsFunc(r.Processes, func(p Process) bool { return p.PID == pid })
		if !listed && sum > 0 {
			// Either it just ended, or the samples are of another namespace than the
			// list: then nothing may be concluded from a missing sample.
			return nvml.SUCCESS
		}
	}
	for i := range r.Processes {
		p := &r.Processes[i]
		percent := 0.0
		if n := counts[p.PID]; n > 0 {
			percent = sums[p.PID] / n
		}
		p.SMPercent = &percent
	}
	return nvml.SUCCESS
}

// processSamples asks for the samples since the last ones. go-nvml asks for their
// number first: it panics when more appear between its two questions.
func processSamples(dev *device) (samples []nvml.ProcessUtilizationSample, ret nvml.Return) {
	const attempts = 3
	for range attempts {
		func() {
			defer func() {
				if recover() != nil {
					samples, ret = nil, nvml.ERROR_INSUFFICIENT_SIZE
				}
			}()
			samples, ret = dev.GetProcessUtilization(dev.lastSampled)
			if ret == nvml.ERROR_NOT_FOUND || (ret == nvml.ERROR_INSUFFICIENT_SIZE && len(samples) == 0) {
				samples, ret = nil, nvml.SUCCESS // there are none
			}
		}()
		if ret != nvml.ERROR_INSUFFICIENT_SIZE {
			break
		}
	}
	return samples, ret
}
