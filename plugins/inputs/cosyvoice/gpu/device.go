package gpu

import (
	"slices"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// device is one GPU, or one instance of MIG, and what its driver and it turned out
// not to support.
type device struct {
	nvml.Device
	index       int
	uuid, name  string
	card        string // UUID of the card of an instance of MIG, else empty
	unsupported map[string]bool
	failure     nvml.Return // why nothing was answered when it was read last
	watched     bool        // its Xids are waited for
	lastSampled uint64      // time of the newest process sample seen, by NVML's clock

	held held // when its memory was read last

	sampledBefore uint64 // lastSampled when this reading began, for one more try
}

func newDevice(handle nvml.Device, index int) (*device, nvml.Return) {
	uuid, ret := handle.GetUUID()
	if ret != nvml.SUCCESS {
		return nil, ret
	}
	name, ret := handle.GetName()
	if ret != nvml.SUCCESS {
		name = "unknown"
	}
	return &device{Device: handle, index: index, uuid: uuid, name: name, unsupported: map[string]bool{}}, nvml.SUCCESS
}

// refreshInstances lists the instances of MIG anew, which come and go while the
// driver runs.
func (d *driver) refreshInstances() {
	if !d.has("nvmlDeviceGetMigMode") || !d.has("nvmlDeviceGetMigDeviceHandleByIndex") || !d.has("nvmlDeviceGetMaxMigDeviceCount") {
		return
	}
	var devices []*device
	for _, dev := range d.devices {
		if dev.card != "" {
			continue
		}
		devices = append(devices, dev)
		d.place.enter(dev.index)
		if mode, _, ret := dev.GetMigMode(); ret == nvml.SUCCESS && mode == nvml.DEVICE_MIG_ENABLE {
			devices = append(devices, d.instances(dev)...)
		}
	}
	d.place.leave()
	d.devices = devices
}

// instances of MIG of a card. Those known before stay the same.
func (d *driver) instances(card *device) []*device {
	limit, ret := card.GetMaxMigDeviceCount()
	if ret != nvml.SUCCESS {
		return nil
	}
	var found []*device
	for i := range limit {
		handle, ret := card.GetMigDeviceHandleByIndex(i)
		if ret != nvml.SUCCESS {
			continue // indices of instances have gaps
		}
		instance, ret := newDevice(handle, card.index)
		if ret != nvml.SUCCESS {
			continue
		}
		if k := slices.IndexFunc(d.devices, func(dev *device) bool { return dev.uuid == instance.uuid }); k >= 0 {
			instance.unsupported = d.devices[k].unsupported
		}
		instance.card = card.uuid
		found = append(found, instance)
	}
	return found
}
