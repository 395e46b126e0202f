package process

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// readKernelFile reads as much of a file as one read gives and the buffer holds. That is
// all of most files that the kernel makes up when they are read, and it asks the kernel
// three questions, where os.ReadFile asks ten.
func readKernelFile(name string, buffer []byte) ([]byte, error) {
	file, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	defer unix.Close(file)
	n, err := unix.Read(file, buffer)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return buffer[:n], nil
}
