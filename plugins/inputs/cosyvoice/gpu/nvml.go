package gpu

import (
	"fmt"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// driver is an initialised NVML library with the devices it showed.
type driver struct {
	lib     nvml.Interface
	symbols map[string]bool // answers of LookupSymbol
	devices []*device
}

// device is one GPU and the families of readings it turned out not to support.
type device struct {
	nvml.Device
	index       int
	uuid, name  string
	unsupported map[string]bool
}

// absentError says that there is no NVIDIA driver on this host.
type absentError struct{ reason string }

func (e absentError) Error() string { return e.reason }

// openDriver loads the library and lists its devices. An absentError means that
// the host has no driver.
func openDriver(library string) (*driver, error) {
	lib := nvml.New(nvml.WithLibraryPath(library))
	switch ret := lib.Init(); ret {
	case nvml.SUCCESS:
	case nvml.ERROR_LIBRARY_NOT_FOUND:
		return nil, absentError{fmt.Sprintf("%s could not be loaded: no NVIDIA driver is installed, or its library is elsewhere (option nvml_library)", library)}
	case nvml.ERROR_DRIVER_NOT_LOADED:
		return nil, absentError{"NVML says that the NVIDIA kernel driver is not loaded"}
	default:
		return nil, fmt.Errorf("initialise NVML: %w", ret)
	}
	d := &driver{lib: lib, symbols: map[string]bool{}}
	return d, d.enumerate()
}

// enumerate lists the devices anew. What an earlier enumeration found out about
// support is forgotten.
func (d *driver) enumerate() error {
	count, ret := d.lib.DeviceGetCount()
	if ret != nvml.SUCCESS {
		return fmt.Errorf("count the GPUs: %w", ret)
	}
	d.devices = d.devices[:0]
	for i := range count {
		handle, ret := d.lib.DeviceGetHandleByIndex(i)
		if ret != nvml.SUCCESS {
			return fmt.Errorf("open GPU %d: %w", i, ret)
		}
		uuid, ret := handle.GetUUID()
		if ret != nvml.SUCCESS {
			return fmt.Errorf("read the UUID of GPU %d: %w", i, ret)
		}
		name, ret := handle.GetName()
		if ret != nvml.SUCCESS {
			name = "unknown"
		}
		d.devices = append(d.devices, &device{Device: handle, index: i, uuid: uuid, name: name, unsupported: map[string]bool{}})
	}
	return nil
}

// version is the driver's version, empty where it does not tell.
func (d *driver) version() string {
	if !d.has("nvmlSystemGetDriverVersion") {
		return ""
	}
	v, _ := d.lib.SystemGetDriverVersion()
	return v
}

// has tells whether the installed driver exports the symbol. Calling one that it
// lacks would end the process (go-nvml resolves symbols lazily).
func (d *driver) has(symbol string) bool {
	known, ok := d.symbols[symbol]
	if !ok {
		known = d.lib.Extensions().LookupSymbol(symbol) == nil
		d.symbols[symbol] = known
	}
	return known
}

// samples reads the cheap readings of all devices.
func (d *driver) samples() []Sample {
	out := make([]Sample, len(d.devices))
	for i, dev := range d.devices {
		r := Reading{}
		d.read(dev, &r, sampleFamilies)
		out[i] = Sample{UUID: dev.uuid, MemoryUsedBytes: r.MemoryUsedBytes, UtilizationPercent: r.UtilizationPercent}
	}
	return out
}

// readings reads every family of all devices, after listing the devices anew if
// their number changed.
func (d *driver) readings() ([]Reading, error) {
	if count, ret := d.lib.DeviceGetCount(); ret != nvml.SUCCESS {
		return nil, fmt.Errorf("count the GPUs: %w", ret)
	} else if count != len(d.devices) {
		if err := d.enumerate(); err != nil {
			return nil, err
		}
	}
	out := make([]Reading, len(d.devices))
	for i, dev := range d.devices {
		out[i] = Reading{Index: dev.index, UUID: dev.uuid, Name: dev.name, State: DeviceOK}
		d.read(dev, &out[i], families)
	}
	return out, nil
}

// read asks each family in turn. Each fails alone: what is not supported is not
// asked again, anything else is noted as a fault.
func (d *driver) read(dev *device, r *Reading, families []family) {
	for _, f := range families {
		if dev.unsupported[f.name] {
			continue
		}
		switch ret := d.ask(f, dev, r); ret {
		case nvml.SUCCESS:
		case nvml.ERROR_NOT_SUPPORTED, nvml.ERROR_FUNCTION_NOT_FOUND:
			dev.unsupported[f.name] = true
		case nvml.ERROR_GPU_IS_LOST:
			r.State = DeviceLost
			return
		default:
			if r.Faults == nil {
				r.Faults = map[string]string{}
			}
			r.Faults[f.name] = ret.String()
		}
	}
}

// ask makes the first of the family's calls that the driver exports.
func (d *driver) ask(f family, dev *device, r *Reading) nvml.Return {
	for _, c := range f.calls {
		if d.has(c.symbol) {
			return c.read(d, dev, r)
		}
	}
	return nvml.ERROR_FUNCTION_NOT_FOUND
}
