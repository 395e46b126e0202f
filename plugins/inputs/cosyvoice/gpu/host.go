package gpu

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// host reads what the NVIDIA driver shows of itself in files below root.
type host struct{ root string }

// identity changes when the driver under an open library is another one, or when
// GPUs come or go: NVML tells a process nothing of either after it initialised.
type identity struct {
	module  string // text of /proc/driver/nvidia/version, "" without it
	gpus    string // entries of /proc/driver/nvidia/gpus, one a card
	library fs.FileInfo
}

func (h host) identify(library string) identity {
	// Each is missing in some environments, WSL2 and containers among them, and then
	// missing before and after.
	module, _ := os.ReadFile(filepath.Join(h.root, "proc/driver/nvidia/version"))
	var gpus []string
	if entries, err := os.ReadDir(filepath.Join(h.root, "proc/driver/nvidia/gpus")); err == nil {
		for _, e := range entries {
			gpus = append(gpus, e.Name())
		}
	}
	file, _ := os.Stat(library)
	return identity{string(module), strings.Join(gpus, " "), file}
}

// changed says what is different now, nil if nothing is.
func (was identity) changed(now identity) *change {
	switch {
	case now.library == nil && was.library != nil:
		return &change{"the driver's library was removed", true}
	case now.library != nil && was.library != nil && !sameFile(was.library, now.library):
		return &change{"the driver's library was replaced", true}
	case now.module == "" && was.module != "":
		return &change{"the driver's kernel module was unloaded", true}
	case was.module == "" && now.module != "":
		return &change{"the driver's kernel module was loaded", true}
	case now.module != was.module:
		return &change{"the driver's kernel module was replaced", true}
	case now.gpus != was.gpus:
		return &change{"the GPUs in /proc/driver/nvidia/gpus changed", false}
	default:
		return nil
	}
}

func sameFile(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// mappedLibrary is the path of the NVML library that this process has open, which
// dlopen found by a mere name. It is "" if that cannot be told.
func mappedLibrary(name string) string {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return ""
	}
	defer maps.Close()
	// Behind the name's links stands the file of one version, as in
	// libnvidia-ml.so.570.172.08.
	stem, _, _ := strings.Cut(filepath.Base(name), ".so")
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if i := strings.IndexByte(lines.Text(), '/'); i >= 0 {
			path := lines.Text()[i:]
			if strings.HasPrefix(filepath.Base(path), stem+".so") {
				return path
			}
		}
	}
	return ""
}

// openControl tries the device file that every use of the driver begins with. Its
// error tells apart what NVML calls "Unknown Error".
func (h host) openControl() error {
	file, err := os.OpenFile(filepath.Join(h.root, "dev/nvidiactl"), os.O_RDWR, 0)
	if err == nil {
		return file.Close()
	}
	return err
}

// refused tells whether a device file could not be opened for want of permission: by
// its mode (EACCES), by the device rules of a cgroup (EPERM), or since the container
// does not have it.
func refused(err error) bool {
	return slices.ContainsFunc([]error{syscall.EACCES, syscall.EPERM, syscall.ENOENT}, func(e error) bool {
		return errors.Is(err, e)
	})
}
