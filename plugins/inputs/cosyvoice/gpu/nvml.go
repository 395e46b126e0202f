package gpu

import (
	"fmt"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// driver is an initialised NVML library with the devices it showed.
type driver struct {
	lib     nvml.Interface
	host    host
	symbols map[string]bool // answers of LookupSymbol
	count   int             // devices when it was opened
	devices []*device       // those that could be opened, each before its instances of MIG
	closed  []closed        // the others
	place   *place          // where this goroutine is
	holders *holders

	failed int // devices that answered nothing when read last

	library  string // path of the file that is open
	identity identity
}

// openDriver loads the library and lists its devices. Its error is a problem.
func openDriver(h host, library string, at *place) (*driver, error) {
	lib := nvml.New(nvml.WithLibraryPath(library))
	switch ret := lib.Init(); ret {
	case nvml.SUCCESS:
	case nvml.ERROR_LIBRARY_NOT_FOUND:
		return nil, &problem{State: StateAbsent, Reason: fmt.Sprintf("%s could not be loaded: no NVIDIA driver is installed, or its library is elsewhere (option nvml_library)", library)}
	default:
		return nil, explain("initialise NVML", ret, h.openControl())
	}
	d := &driver{lib: lib, host: h, place: at, symbols: map[string]bool{}, library: mappedLibrary(library)}
	d.identity = h.identify(d.library)
	var err error
	if d.holders, err = openHolders(library); err != nil {
		return nil, &problem{State: StateFailed, Reason: err.Error()}
	}
	return d, d.enumerate()
}

// enumerate lists the devices. One that cannot be opened keeps no other.
func (d *driver) enumerate() error {
	var ret nvml.Return
	if d.count, ret = d.lib.DeviceGetCount(); ret != nvml.SUCCESS {
		return explain("count the GPUs", ret, d.host.openControl())
	}
	var failure nvml.Return
	failed, leftOut := 0, leftOut(d.count)
	for i := range d.count {
		if leftOut[i] {
			d.closed = append(d.closed, closed{Index: i, State: DeviceHung, Reason: "the driver hangs when it is asked of it"})
			continue
		}
		dev, ret := d.open(i)
		if ret == nvml.SUCCESS {
			d.devices = append(d.devices, dev)
			continue
		}
		c := closed{Index: i, State: DeviceLost, Reason: fmt.Sprintf("it could not be opened: %v", ret)}
		if ret != nvml.ERROR_GPU_IS_LOST {
			c.State, c.Barred = DeviceFailed, ret == nvml.ERROR_NO_PERMISSION
			failure, failed = ret, failed+1
		}
		d.closed = append(d.closed, c)
	}
	if failed > 0 && failed == d.count {
		return explain("open the GPUs", failure, d.host.openControl())
	}
	return nil
}

func (d *driver) open(index int) (*device, nvml.Return) {
	d.place.enter(index)
	defer d.place.leave()
	handle, ret := d.lib.DeviceGetHandleByIndex(index)
	if ret != nvml.SUCCESS {
		return nil, ret
	}
	return newDevice(handle, index)
}

// outdated says why only a new process can see what is there now, nil if this one can.
func (d *driver) outdated() *change {
	if c := d.identity.changed(d.host.identify(d.library)); c != nil {
		return c
	}
	if count, ret := d.lib.DeviceGetCount(); ret == nvml.SUCCESS && count != d.count {
		return &change{Reason: fmt.Sprintf("the number of GPUs changed from %d to %d", d.count, count)}
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

// readings reads all devices. It fails if none of them answers anything, since then
// the driver does not: a new process may find out more, and be answered again.
func (d *driver) readings(r request) ([]Reading, error) {
	if r.health {
		d.refreshInstances()
	}
	pcie := d.startPCIe(r)
	out, failed := d.readDevices(r)
	if failed > d.failed { // one fault may be of the driver, and began between two devices
		for _, dev := range d.devices {
			dev.lastSampled = dev.sampledBefore
		}
		out, failed = d.readDevices(r)
	}
	d.failed = failed
	pcie(out)
	if failed > 0 && failed == len(out) {
		return nil, explain("read the GPUs", d.devices[0].failure, d.host.openControl())
	}
	return out, nil
}

func (d *driver) readDevices(asked request) (out []Reading, failed int) {
	d.holders.read(d.devices, d.place)
	out = make([]Reading, len(d.devices))
	for i, dev := range d.devices {
		out[i] = Reading{
			Index: dev.index, UUID: dev.uuid, GPUUUID: dev.card, Name: dev.name,
			State: DeviceOK, XIDsWatched: dev.watched,
		}
		dev.sampledBefore = dev.lastSampled
		if dev.failure = d.readDevice(dev, &out[i], asked); dev.failure != nvml.SUCCESS {
			failed++
		}
	}
	return out, failed
}

// readDevice reads what is asked of one device. Its answer is why the device failed
// as a whole, else success.
func (d *driver) readDevice(dev *device, r *Reading, asked request) nvml.Return {
	d.place.enter(dev.index)
	defer d.place.leave()
	answered, ret := d.read(dev, r, dev.families())
	if r.State == DeviceOK && asked.health && dev.card == "" {
		r.Health = &Health{}
		d.read(dev, r, healthFamilies)
	}
	if r.State == DeviceOK && asked.nvlink && dev.card == "" {
		d.read(dev, r, nvlinkFamilies)
	}
	if r.State != DeviceOK || answered || ret == nvml.SUCCESS {
		return nvml.SUCCESS
	}
	*r = Reading{
		Index: r.Index, UUID: r.UUID, GPUUUID: r.GPUUUID, Name: r.Name, XIDsWatched: r.XIDsWatched,
		State: DeviceFailed, Reason: fmt.Sprintf("it answers every question with %q: %s", ret, adviceFailed(ret)),
	}
	return ret
}
