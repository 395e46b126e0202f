package gpu

/*
#include <stdlib.h>
#include "holders.h"
*/
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// holders reads how much memory of GPUs is used, and by whom.
type holders struct{ c *C.struct_holders }

// openHolders reads through the library that is open under this name.
func openHolders(library string) (*holders, error) {
	name := C.CString(library)
	defer C.free(unsafe.Pointer(name))
	c := C.holders_new(name)
	if c == nil {
		return nil, fmt.Errorf("read the memory of the GPUs: %s is not open, or there is no memory", library)
	}
	return &holders{c}, nil
}

// held is what a device answered.
type held struct {
	memory    C.struct_memory
	processes []C.struct_holder // valid until the next reading

	memoryAnswer, processesAnswer nvml.Return
}

// read asks all devices and leaves in each what it answered.
func (h *holders) read(devices []*device, at *place) {
	questions := make([]C.struct_held, len(devices))
	for i, dev := range devices {
		questions[i] = C.struct_held{
			device: handle(dev.Device), card: C.uint32_t(dev.index),
			memory: C.bool(!dev.unsupported[memoryFamily.name]), processes: C.bool(!dev.unsupported[processFamily.name]),
		}
	}
	C.holders_read(h.c, unsafe.SliceData(questions), C.uint32_t(len(questions)), &at.asked)
	found := unsafe.Slice(h.c.found, h.c.count)
	for i, q := range questions {
		devices[i].held = held{
			q.read, found[q.first : q.first+q.count],
			nvml.Return(q.memory_answer), nvml.Return(q.processes_answer),
		}
	}
}

func readMemory(_ *driver, dev *device, r *Reading) nvml.Return {
	if m := dev.held.memory; dev.held.memoryAnswer == nvml.SUCCESS {
		r.MemoryUsedBytes, r.MemoryFreeBytes = number(uint64(m.used)), number(uint64(m.free))
		r.MemoryReservedBytes, r.MemoryTotalBytes = number(uint64(m.reserved)), number(uint64(m.total))
	}
	return dev.held.memoryAnswer
}

// readProcesses merges the lists of compute and graphics processes: one that does
// both stands in both, with the same memory.
func readProcesses(_ *driver, dev *device, r *Reading) nvml.Return {
	if dev.held.processesAnswer != nvml.SUCCESS {
		return dev.held.processesAnswer
	}
	r.Processes = make([]Process, 0, len(dev.held.processes))
	seen := map[C.uint32_t]bool{}
	for _, p := range dev.held.processes {
		if !seen[p.pid] {
			seen[p.pid] = true
			r.Processes = append(r.Processes, Process{PID: int(p.pid), MemoryBytes: number(uint64(p.bytes))})
		}
	}
	return nvml.SUCCESS
}
