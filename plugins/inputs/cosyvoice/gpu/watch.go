package gpu

import (
	"context"
	"time"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

const (
	xidWait  = time.Minute            // of one driver call, since to wake up costs CPU
	xidRetry = 5 * time.Second        // after a call that failed
	xidPause = 200 * time.Millisecond // between two messages, since a faulty card can send thousands
	xidBatch = 100
)

// xidWatch waits for the Xids of the cards in a goroutine of its own, so that they
// are told even while a reading hangs.
type xidWatch struct {
	set   nvml.EventSet
	uuids map[nvml.Device]string
}

// watchXIDs registers for the Xids of all cards that report them; nil if none does.
func (d *driver) watchXIDs() *xidWatch {
	for _, symbol := range []string{"nvmlEventSetCreate", "nvmlDeviceGetSupportedEventTypes", "nvmlDeviceRegisterEvents"} {
		if !d.has(symbol) {
			return nil
		}
	}
	if !d.has("nvmlEventSetWait_v2") && !d.has("nvmlEventSetWait") {
		return nil
	}
	set, ret := d.lib.EventSetCreate()
	if ret != nvml.SUCCESS {
		return nil
	}
	w := &xidWatch{set: set, uuids: map[nvml.Device]string{}}
	for _, dev := range d.devices {
		types, ret := dev.GetSupportedEventTypes()
		if ret != nvml.SUCCESS || types&nvml.EventTypeXidCriticalError == 0 {
			continue
		}
		if dev.RegisterEvents(nvml.EventTypeXidCriticalError, set) == nvml.SUCCESS {
			dev.watched = true
			w.uuids[dev.Device] = dev.uuid
		}
	}
	if len(w.uuids) == 0 {
		return nil
	}
	return w
}

// run sends Xids until ctx is done, which it sees after a driver call at the latest. Nobody
// waits for that: the end of the process ends the call.
func (w *xidWatch) run(ctx context.Context, to *sender) {
	for ctx.Err() == nil {
		event, ret := w.set.Wait(uint32(xidWait.Milliseconds()))
		if ret != nvml.SUCCESS {
			if ret != nvml.ERROR_TIMEOUT { // as when a card is lost: the readings tell
				sleep(ctx, xidRetry)
			}
			continue
		}
		var found []xid
		for ; ret == nvml.SUCCESS && len(found) < xidBatch; event, ret = w.set.Wait(0) {
			found = append(found, xid{w.uuids[event.Device], int64(event.EventData)})
		}
		if to.send(message{XIDs: found}) != nil {
			return // the parent is gone, as the main loop will see
		}
		sleep(ctx, xidPause)
	}
}
