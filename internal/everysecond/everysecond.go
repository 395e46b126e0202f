// Package everysecond calls a function of C once a second, in a thread of its own.
//
// It is for work so small that waking up is what costs: a Go program takes some 0.2 ms
// of CPU to do nothing once a second, a thread of C 0.04 ms, because Go's scheduler,
// its housekeeping thread and its poller all wake up with it.
package everysecond

/*
#include "everysecond.h"
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Thread is one that works once a second.
type Thread struct{ c *C.struct_everysecond }

// Start begins to call work with the argument at each full second of the monotonic
// clock, so that all such threads of a host wake up together. Work is a C function
// void (*)(void *), and the argument memory of C. A second that passes while work runs is
// left out.
func Start(work, argument unsafe.Pointer) (*Thread, error) {
	c := C.everysecond_start((*[0]byte)(work), argument)
	if c == nil {
		return nil, errors.New("start a thread: there is no memory for it, or there are too many")
	}
	return &Thread{c}, nil
}

// Stop ends the thread and returns when work does not run any more.
func (t *Thread) Stop() { C.everysecond_stop(t.c) }
