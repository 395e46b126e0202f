package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const (
	workSlice = 20 * time.Millisecond
	// busyShare is the part of a synthesis in which its thread runs Python and
	// launches kernels; for the rest it waits for the GPU.
	busyShare = 0.6
)

// work takes duration of the model's time. The syntheses that run at once share
// one interpreter lock and one CUDA stream, so n of them take n times as long.
func work(ctx context.Context, duration time.Duration, running func() int) error {
	for done := time.Duration(0); done < duration; {
		if err := ctx.Err(); err != nil {
			return err
		}
		share := max(1, running())
		begin := time.Now()
		slice := min(workSlice, (duration-done)*time.Duration(share))
		spin(time.Duration(float64(slice) * busyShare / float64(share)))
		time.Sleep(slice - time.Since(begin))
		done += time.Since(begin) / time.Duration(share)
	}
	return nil
}

func spin(d time.Duration) {
	for begin := time.Now(); time.Since(begin) < d; {
	}
}

// onOwnThread runs f on a fresh operating system thread, as upstream starts one
// for each segment, and waits for it.
func onOwnThread(f func() error) error {
	done := make(chan error, 1)
	go func() {
		// The runtime ends a thread whose goroutine returns without unlocking.
		runtime.LockOSThread()
		done <- f()
	}()
	return <-done
}

// hostMemory is resident memory that goes back to the kernel at once when it
// is freed, unlike the garbage collector's.
type hostMemory []byte

func newHostMemory(bytes int) (hostMemory, error) {
	m, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("allocate %d bytes of host memory: %w", bytes, err)
	}
	for i := 0; i < len(m); i += os.Getpagesize() {
		m[i] = 1
	}
	return m, nil
}

func (m hostMemory) free() error {
	return unix.Munmap(m)
}
