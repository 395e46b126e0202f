package gpu

/*
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "sampler.h"
*/
import "C"

import (
	"fmt"
	"reflect"
	"slices"
	"time"
	"unsafe"

	"github.com/NVIDIA/go-nvml/pkg/nvml"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/everysecond"
)

// sampler takes the samples in a thread of its own. That is never stopped: the end of the
// process ends it, since nothing else ends a call of a driver that hangs.
type sampler struct {
	c       *C.struct_sampler
	targets []*device
	buffer  [64]C.struct_sample
}

// startSampler begins to sample through the library that is open under this name.
func startSampler(library string) (*sampler, error) {
	name := C.CString(library)
	defer C.free(unsafe.Pointer(name))
	c := C.sampler_new(name)
	if c == nil {
		return nil, fmt.Errorf("sample the GPUs once a second: %s is not open, or there is no memory", library)
	}
	if _, err := everysecond.Start(C.sampler_round, unsafe.Pointer(c)); err != nil {
		return nil, fmt.Errorf("sample the GPUs once a second: %w", err)
	}
	return &sampler{c: c}, nil
}

// watch sets the devices to sample. The samples of others that were not taken are lost.
func (s *sampler) watch(devices []*device) {
	if slices.Equal(devices, s.targets) {
		return
	}
	C.sampler_forget_targets(s.c)
	s.targets = slices.Clone(devices)
	for _, dev := range devices {
		C.sampler_add_target(s.c, handle(dev.Device), C.uint32_t(dev.index), C.bool(dev.card != ""))
	}
}

// handle is NVML's own, which go-nvml keeps in an exported field of a private type.
func handle(d nvml.Device) unsafe.Pointer {
	return reflect.ValueOf(d).FieldByName("Handle").UnsafePointer()
}

// take returns the samples since the last call, and for how long the driver has left a
// question of the sampler unanswered.
func (s *sampler) take() *sampled {
	taken := make([]series, len(s.targets))
	for i, dev := range s.targets {
		taken[i].UUID = dev.uuid
	}
	for n := len(s.buffer); n == len(s.buffer); {
		n = int(C.sampler_take(s.c, &s.buffer[0], C.uint32_t(len(s.buffer))))
		for _, c := range s.buffer[:n] {
			t := &taken[c.target]
			t.At = append(t.At, int64(c.at))
			t.MemoryUsed = append(t.MemoryUsed, uint64(c.used))
			t.Utilization = append(t.Utilization, uint32(c.busy))
			t.ClockSM = append(t.ClockSM, uint32(c.clock_sm))
		}
	}
	_, waits := s.waits()
	return &sampled{Series: taken, Waits: waits}
}

// waits is for how long the driver has left a question of the sampler unanswered, and of
// which card. It may be called from any goroutine.
func (s *sampler) waits() (card int, waits time.Duration) {
	var index C.uint32_t
	waits = time.Duration(C.sampler_waits(s.c, &index) * C.double(time.Second))
	return int(index), waits
}
