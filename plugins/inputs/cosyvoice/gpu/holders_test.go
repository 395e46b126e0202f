package gpu

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// Many processes need more room than there is at first, of a second card as well.
func TestManyHolders(t *testing.T) {
	state := fakenvml.Default()
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	want := [2][]Process{}
	for i := range 300 {
		kind, bytes := fakenvml.Compute, uint64(i)<<20
		if i%3 == 0 {
			kind = fakenvml.Graphics
		}
		d := &state.Devices[i%2]
		d.Processes = append(d.Processes, fakenvml.Process{PID: 1000 + i, Type: kind, MemoryBytes: &bytes})
		want[i%2] = append(want[i%2], Process{PID: 1000 + i, MemoryBytes: number(bytes), SMPercent: new(0.0)})
	}
	gpus := start(t, state).until("readings of both", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 }).GPUs
	assert.ElementsMatch(t, want[0], gpus[0].Processes)
	assert.ElementsMatch(t, want[1], gpus[1].Processes)
}

// A driver before 510 knows no second version of the memory, and no third of the lists.
func TestMemoryOfAnOldDriver(t *testing.T) {
	state := fakenvml.Default()
	d := &state.Devices[0]
	d.Processes = []fakenvml.Process{{PID: 7, Type: fakenvml.Compute, MemoryBytes: new(uint64(1 << 20))}}
	f := prepare(t, state)
	_, err := fakenvml.Build(t.Context(), filepath.Dir(f.library), "nvmlDeviceGetMemoryInfo_v2",
		"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3")
	require.NoError(t, err)
	f.run()
	g := f.until("readings", read).GPUs[0]
	assert.Equal(t, float64(*d.MemoryUsedBytes+*d.MemoryReservedBytes), *g.MemoryUsedBytes, "what is reserved counts as used")
	assert.Nil(t, g.MemoryReservedBytes)
	assert.Equal(t, float64(*d.MemoryTotalBytes), *g.MemoryTotalBytes)
	assert.Equal(t, []Process{{PID: 7, MemoryBytes: new(float64(1 << 20)), SMPercent: new(0.0)}}, g.Processes)
}

// A card whose processes the driver never lists is named, though the sampler goes on.
func TestTheCardWhoseListHangsIsTold(t *testing.T) {
	f := start(t, fakenvml.Default())
	f.until("readings", read)
	f.set("call.nvmlDeviceGetComputeRunningProcesses_v3.hang_s", "3600")
	f.until("the hang", func(s Snapshot) bool { return s.State == StateHung })
	require.Eventually(t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.hangs[0] != nil
	}, 5*time.Second, 5*time.Millisecond)
}
