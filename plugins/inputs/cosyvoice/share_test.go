package cosyvoice

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
)

func TestWhatIsNotToldIsAbsent(t *testing.T) {
	card := func(processes ...gpu.Process) gpu.GPU {
		return gpu.GPU{Reading: gpu.Reading{UUID: "GPU-1", Processes: processes}}
	}
	told := card(gpu.Process{PID: 700, MemoryBytes: new(5.0)})
	for name, test := range map[string]struct {
		gpu    gpu.GPU
		report *process.Report
		ours   *float64 // memory of our processes, of which none is listed
		other  float64  // on the card
	}{
		"all is told":            {told, &process.Report{}, new(0.0), 5},
		"owners are not known":   {told, &process.Report{OwnersUnknown: true}, nil, 5},
		"no processes were read": {told, nil, nil, 0},
		"servers may be missing": {told, &process.Report{Scan: process.Scan{Partial: true}}, nil, 0},
		"a lost card is no gap":  {gpu.GPU{Reading: gpu.Reading{UUID: "GPU-2", State: gpu.DeviceLost}}, &process.Report{}, new(0.0), 0},
		"no list of processes":   {gpu.GPU{Reading: gpu.Reading{UUID: "GPU-1"}}, &process.Report{}, nil, 0},
	} {
		use := share([]gpu.GPU{test.gpu}, test.report)
		assert.Equal(t, test.ours, use.memoryOf([]int{100}), name)
		assert.Equal(t, test.ours, use.smOf([]int{100}), name)
		assert.InDelta(t, test.other, use.other["GPU-1"], 0, name)
		_, split := use.service["GPU-1"]
		assert.Equal(t, test.ours != nil && test.gpu.State != gpu.DeviceLost, split, name)
	}
	assert.Nil(t, share(nil, &process.Report{}).memoryOf([]int{100}), "no GPU")
}

// A card lists the processes of its MIG instances, too: they count once.
func TestInstancesOfMIGCountOnce(t *testing.T) {
	server := gpu.Process{PID: 700, MemoryBytes: new(5.0)}
	card := gpu.GPU{Reading: gpu.Reading{UUID: "GPU-1", Processes: []gpu.Process{server}}}
	instance := gpu.GPU{Reading: gpu.Reading{UUID: "MIG-1", GPUUUID: "GPU-1", Processes: []gpu.Process{server}}}
	use := share([]gpu.GPU{card, instance}, &process.Report{})
	assert.InDelta(t, 5.0, use.other["GPU-1"], 0)
	assert.InDelta(t, 5.0, use.other["MIG-1"], 0)
	assert.Equal(t, 1, countCards(gpu.Snapshot{State: gpu.StateOK, GPUs: []gpu.GPU{card, instance}}))
}

func TestCardsThatTheDriverShows(t *testing.T) {
	cards := []gpu.GPU{{Reading: gpu.Reading{State: gpu.DeviceOK}}, {Reading: gpu.Reading{State: gpu.DeviceLost}}}
	assert.Equal(t, 1, countCards(gpu.Snapshot{State: gpu.StateOK, GPUs: cards}))
	assert.Equal(t, 0, countCards(gpu.Snapshot{State: gpu.StateHung, GPUs: cards}))
}
