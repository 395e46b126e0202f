// Package kernel tells tests what the running kernel can do.
package kernel

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// TellsExits is whether the kernel tells how a process ended whose parent has asked for
// that: Linux 6.15 and later (PIDFD_INFO_EXIT).
func TellsExits() (bool, error) {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return false, fmt.Errorf("ask for the kernel's version: %w", err)
	}
	release := unix.ByteSliceToString(name.Release[:])
	var major, minor int
	if _, err := fmt.Sscanf(release, "%d.%d", &major, &minor); err != nil {
		return false, fmt.Errorf("kernel version %q: %w", release, err)
	}
	return major > 6 || major == 6 && minor >= 15, nil
}
