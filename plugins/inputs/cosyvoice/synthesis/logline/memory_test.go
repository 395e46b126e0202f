package logline

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseMemory(t *testing.T) {
	const (
		mib = 1 << 20
		gib = 1 << 30
	)
	for message, want := range map[string]MemoryText{
		// torch from 2.2 on
		"CUDA out of memory. Tried to allocate 1.05 GiB. GPU 0 has a total capacity of 23.64 GiB of which 512.69 MiB is free. " +
			"Process 4711 has 1.29 GiB memory in use. Process 12 has 256.00 MiB memory in use. Including non-PyTorch memory, this process has 21.83 GiB memory in use. " +
			"Of the allocated memory 19.51 GiB is allocated by PyTorch, and 1.77 GiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try": {
			Tried: 1.05 * gib, Total: 23.64 * gib, Free: 512.69 * mib, OtherProcesses: 1.29*gib + 256*mib,
			ThisProcess: 21.83 * gib, Allocated: 19.51 * gib, Reserved: 19.51*gib + 1.77*gib},
		// with private pools, and the misspelling of 2.0 and 2.1
		"CUDA out of memory. Tried to allocate 512 bytes. GPU 0 has a total capacty of 8.00 GiB of which 0 bytes is free. " +
			"Of the allocated memory 6.00 GiB is allocated by PyTorch, with 20.00 MiB allocated in private pools (e.g., CUDA Graphs), and 4.00 KiB is reserved by PyTorch but unallocated.": {
			Tried: 512, Total: 8 * gib, Allocated: 6 * gib, Reserved: 6*gib + 4096},
		// before 2.0
		"CUDA out of memory. Tried to allocate 384.00 MiB (GPU 0; 23.69 GiB total capacity; 16.12 GiB already allocated; 374.94 MiB free; 19.00 GiB reserved in total by PyTorch) If reserved": {
			Tried: 384 * mib, Total: 23.69 * gib, Allocated: 16.12 * gib, Free: 374.94 * mib, Reserved: 19 * gib},
		"CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 7.79 GiB total capacity; 5.00 GiB already allocated; 0 bytes free; 1.25 GiB cached)": {
			Tried: 20 * mib, Total: 7.79 * gib, Allocated: 5 * gib, Reserved: 1.25 * gib},
		// ONNX Runtime
		"Failed to allocate memory for requested buffer of size 1048576": {Tried: mib},
		// nothing to read
		"CUDA error: out of memory":                              {},
		"Tried to allocate lots. Process x has y. Process 1 has": {},
		" is free.": {},
	} {
		got := parseMemory([]byte(message))
		for _, pair := range [][2]float64{
			{want.Tried, got.Tried}, {want.Total, got.Total}, {want.Free, got.Free}, {want.Allocated, got.Allocated},
			{want.Reserved, got.Reserved}, {want.OtherProcesses, got.OtherProcesses}, {want.ThisProcess, got.ThisProcess},
		} {
			require.InDelta(t, pair[0], pair[1], 1, message)
		}
	}
}
