package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

const gpuPeriod = 250 * time.Millisecond

// card is this process's share of one GPU. Without a state file it only counts.
type card struct {
	path  string
	index int

	mu       sync.Mutex
	bytes    uint64 // allocated by this process
	sensor   sensor
	used     uint64 // by all, as last seen
	watching []*memoryTrace
}

func newCard(path string, index int) *card {
	return &card{path: path, index: index}
}

// allocate takes n bytes. It fails with *outOfMemory when the GPU has less.
func (c *card) allocate(n uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.update(func(d *fakenvml.Device) error {
		if free := freeBytes(d); n > free {
			return &outOfMemory{Tried: n, Total: value(d.MemoryTotalBytes) - value(d.MemoryReservedBytes),
				Free: free, Own: c.bytes, Others: others(d)}
		}
		setOwn(d, c.bytes+n)
		return nil
	})
	if err == nil {
		c.bytes += n
	}
	return err
}

func (c *card) free(n uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes -= n
	return c.update(func(d *fakenvml.Device) error {
		setOwn(d, c.bytes)
		return nil
	})
}

// follow keeps the readings in step with the number of running syntheses.
func (c *card) follow(ctx context.Context, running func() int) error {
	if c.path == "" {
		return nil
	}
	tick := time.NewTicker(gpuPeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := c.show(running()); err != nil {
			return err
		}
	}
}

func (c *card) show(running int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.update(func(d *fakenvml.Device) error {
		c.sensor.show(d, running, gpuPeriod)
		return nil
	})
}

func (c *card) update(change func(*fakenvml.Device) error) error {
	if c.path == "" {
		return nil
	}
	return updateDevice(c.path, c.index, func(d *fakenvml.Device) error {
		err := change(d)
		c.see(value(d.MemoryUsedBytes))
		return err
	})
}

func (c *card) see(used uint64) {
	c.used = used
	now := time.Now()
	for _, trace := range c.watching {
		trace.add(now, used)
	}
}

// watch returns a trace of the memory in use, which grows until unwatch.
func (c *card) watch() *memoryTrace {
	c.mu.Lock()
	defer c.mu.Unlock()
	trace := &memoryTrace{}
	trace.add(time.Now(), c.used)
	c.watching = append(c.watching, trace)
	return trace
}

func (c *card) unwatch(trace *memoryTrace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watching = slices.DeleteFunc(c.watching, func(t *memoryTrace) bool { return t == trace })
}

// detach gives back everything that this process holds.
func (c *card) detach() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes = 0
	return c.update(func(d *fakenvml.Device) error {
		setOwn(d, 0)
		atRest(d)
		return nil
	})
}

// settle does for a killed server what detach does for one that ends.
func settle(path string, index int) error {
	return updateDevice(path, index, func(d *fakenvml.Device) error {
		atRest(d)
		return nil
	})
}

// updateDevice changes one GPU of the state file. As a driver would, it first
// frees the memory of processes that are gone.
func updateDevice(path string, index int, change func(*fakenvml.Device) error) error {
	return fakenvml.Update(path, func(s *fakenvml.State) error {
		if index < 0 || index >= len(s.Devices) {
			return fmt.Errorf("find GPU %d in %s: it has %d", index, path, len(s.Devices))
		}
		d := &s.Devices[index]
		for _, p := range slices.Clone(d.Processes) {
			if p.FreedOnExit && !exists(p.PID) {
				setProcess(d, p.PID, 0)
			}
		}
		return change(d)
	})
}

func exists(pid int) bool {
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

func setOwn(d *fakenvml.Device, bytes uint64) {
	setProcess(d, os.Getpid(), bytes)
}

// setProcess changes a process's memory and with it that of the device. A
// process without memory is not on the list.
func setProcess(d *fakenvml.Device, pid int, bytes uint64) {
	i := slices.IndexFunc(d.Processes, func(p fakenvml.Process) bool { return p.PID == pid })
	if i < 0 {
		i = len(d.Processes)
		d.Processes = append(d.Processes, fakenvml.Process{PID: pid, Type: fakenvml.Compute, FreedOnExit: true})
	}
	before := value(d.Processes[i].MemoryBytes)
	d.Processes[i].MemoryBytes = &bytes
	if bytes == 0 {
		d.Processes = slices.Delete(d.Processes, i, i+1)
	}
	if d.MemoryUsedBytes != nil {
		*d.MemoryUsedBytes += bytes - before
	}
}

func freeBytes(d *fakenvml.Device) uint64 {
	taken := value(d.MemoryUsedBytes) + value(d.MemoryReservedBytes)
	return value(d.MemoryTotalBytes) - min(taken, value(d.MemoryTotalBytes))
}

func others(d *fakenvml.Device) []fakenvml.Process {
	return slices.DeleteFunc(slices.Clone(d.Processes), func(p fakenvml.Process) bool { return p.PID == os.Getpid() })
}

// value reads a reading that the device may not support.
func value(reading *uint64) uint64 {
	if reading == nil {
		return 0
	}
	return *reading
}
