package gpu

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// faults are what happens to GPUs, with what the monitor makes of each. It begins
// with two GPUs; the device state is that of the second.
var faults = []struct {
	name    string
	happens func(*fixture)
	ends    func(*fixture) // nil: the fault leaves no state to recover from

	state       State
	device      string
	event, back string // kinds of the events at its begin and its end
	log         string // part of the line that says what to do
}{
	{
		name:    "driver hangs",
		happens: func(f *fixture) { f.set("call.*.hang_s", "3600") },
		ends:    func(f *fixture) { f.set("call.*.hang_s", "") },
		state:   StateHung, device: DeviceHung, event: EventHung, back: EventRecovered,
		log: "look into dmesg",
	}, {
		name:    "one GPU falls off the bus",
		happens: func(f *fixture) { f.set("device.1.error", "15") },
		ends:    func(f *fixture) { f.set("device.1.error", "") },
		state:   StateOK, device: DeviceLost, event: EventLost, back: EventBack,
		log: "reboot the machine",
	}, {
		name:    "one GPU wants a reset",
		happens: func(f *fixture) { f.set("device.1.error", "16") },
		ends:    func(f *fixture) { f.set("device.1.error", "") },
		state:   StateOK, device: DeviceFailed, event: EventFailed, back: EventRecovered,
		log: "--gpu-reset",
	}, {
		name:    "one GPU is no longer listed",
		happens: func(f *fixture) { f.update(func(s *fakenvml.State) { s.Devices = s.Devices[:1] }) },
		ends: func(f *fixture) {
			f.update(func(s *fakenvml.State) { s.Devices = append(s.Devices, fakenvml.DefaultDevice(1)) })
		},
		state: StateOK, device: DeviceLost, event: EventCountChanged, back: EventBack,
		log: "the driver listed 2 of them and lists 1 now",
	}, {
		name:    "permission is denied",
		happens: func(f *fixture) { f.set("call.*.error", "4") },
		ends:    func(f *fixture) { f.set("call.*.error", "") },
		state:   StateDenied, device: DeviceFailed, event: EventDenied, back: EventRecovered,
		log: "open /dev/nvidia*",
	}, {
		name: "a container loses its device files",
		happens: func(f *fixture) {
			f.remove("dev/nvidiactl")
			f.set("call.*.error", "999")
		},
		ends: func(f *fixture) {
			f.write("dev/nvidiactl", "")
			f.set("call.*.error", "")
		},
		state: StateDenied, device: DeviceFailed, event: EventDenied, back: EventRecovered,
		log: "docker run --gpus all",
	}, {
		name:    "unknown error of the whole driver",
		happens: func(f *fixture) { f.set("call.*.error", "999") },
		ends:    func(f *fixture) { f.set("call.*.error", "") },
		state:   StateFailed, device: DeviceFailed, event: EventFailed, back: EventRecovered,
		log: "see whether nvidia-smi answers",
	}, {
		name: "upgrade with the old kernel module still loaded",
		happens: func(f *fixture) {
			f.installVersion("600.1")
		},
		ends: func(f *fixture) {
			f.set("driver_version", "600.1")
			f.write("proc/driver/nvidia/version", "NVRM version: 600.1\n")
		},
		state: StateMismatch, device: DeviceFailed, event: EventMismatch, back: EventRecovered,
		log: "modprobe nvidia",
	}, {
		name: "upgrade of library and module at once",
		happens: func(f *fixture) {
			f.set("driver_version", "600.1")
			f.installVersion("600.1")
		},
		state: StateOK, device: DeviceOK, event: EventChanged,
		log: "changed from 570.172.08 to 600.1",
	}, {
		name:    "kernel module is loaded anew",
		happens: func(f *fixture) { f.write("proc/driver/nvidia/version", "NVRM version: one, built again\n") },
		state:   StateOK, device: DeviceOK, event: EventChanged,
		log: "opened anew: the driver's kernel module was replaced",
	}, {
		name: "kernel module is unloaded",
		happens: func(f *fixture) {
			require.NoError(f.t, os.Rename(f.state, f.state+".away"))
			f.remove("proc/driver/nvidia/version")
		},
		ends: func(f *fixture) {
			f.write("proc/driver/nvidia/version", "NVRM version: one\n")
			require.NoError(f.t, os.Rename(f.state+".away", f.state))
		},
		state: StateAbsent, device: DeviceFailed, event: EventGone, back: EventRecovered,
		log: "the NVIDIA driver is gone",
	}, {
		name:    "library is removed",
		happens: func(f *fixture) { require.NoError(f.t, os.Remove(f.library)) },
		ends:    func(f *fixture) { f.install() },
		state:   StateAbsent, device: DeviceFailed, event: EventGone, back: EventRecovered,
		log: "could not be loaded",
	}, {
		name: "Xid",
		happens: func(f *fixture) {
			f.update(func(s *fakenvml.State) { s.Devices[1].XIDCount, s.Devices[1].XIDLast = new(uint64(3)), new(uint64(48)) })
		},
		state: StateOK, device: DeviceOK, event: EventXID,
		log: "Xid 48: GPU memory was damaged beyond repair (double-bit ECC) (3 times)",
	},
}

func TestFaults(t *testing.T) {
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			state := fakenvml.Default()
			state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
			f := start(t, state)
			f.until("readings of both", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
			require.Empty(t, f.events)

			fault.happens(f)
			began := time.Now()
			s := f.until("the fault", func(s Snapshot) bool {
				return s.State == fault.state && f.saw(fault.event) && len(s.GPUs) == 2 && s.GPUs[1].State == fault.device
			})
			t.Logf("seen after %v", time.Since(began).Round(time.Millisecond))
			if fault.device != DeviceOK {
				assert.Nil(t, s.GPUs[1].MemoryUsedBytes, "no stale value")
				assert.Nil(t, s.GPUs[1].MemoryUsedMaxBytes, "no stale value")
				assert.Nil(t, s.GPUs[1].Processes, "no stale value")
				assert.NotEmpty(t, s.GPUs[1].Reason)
			}
			if fault.state == StateOK {
				assert.NotNil(t, f.until("the other GPU", func(s Snapshot) bool { return s.GPUs[0].TemperatureC != nil }))
			}
			assert.Contains(t, f.log.String(), fault.log)
			if fault.ends == nil {
				return
			}

			// However often it is tried again, it is said once.
			restarts := s.Restarts
			if fault.state != StateOK {
				f.until("another try", func(s Snapshot) bool { return s.Restarts > restarts+1 })
			}
			assert.Equal(t, 1, strings.Count(f.log.String(), fault.log), "%s", f.log)
			assert.Equal(t, 1, f.times(fault.event), "%+v", f.events)

			fault.ends(f)
			began = time.Now()
			f.until("recovery", func(s Snapshot) bool {
				return s.State == StateOK && f.saw(fault.back) && read(s) && len(s.GPUs) == 2 && s.GPUs[1].State == DeviceOK
			})
			t.Logf("recovered after %v", time.Since(began).Round(time.Millisecond))
			assert.Equal(t, 1, f.times(fault.back), "%+v", f.events)
		})
	}
}

func (f *fixture) times(kind string) int {
	n := 0
	for _, e := range f.events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (f *fixture) saw(kind string) bool { return f.times(kind) > 0 }

func (f *fixture) find(kind string) Event {
	i := slices.IndexFunc(f.events, func(e Event) bool { return e.Kind == kind })
	require.GreaterOrEqual(f.t, i, 0, "no event %s in %+v", kind, f.events)
	return f.events[i]
}

func TestNoDriverIsNormal(t *testing.T) {
	f := prepare(t, fakenvml.Default())
	f.library = filepath.Join(t.TempDir(), "libnvidia-ml.so.1")
	f.run()
	s := f.until("absent", func(s Snapshot) bool { return s.State == StateAbsent })
	assert.Empty(t, s.GPUs)
	assert.Empty(t, f.events)
	assert.NotContains(t, f.log.String(), "E!")
}

// A GPU that was lost before the monitor began has no UUID yet, and is seen by a new
// child once it is back.
func TestGPULostAtTheStart(t *testing.T) {
	state := fakenvml.Default()
	state.Devices[0].Error = new(uint64(15))
	f := start(t, state)
	f.until("the driver", func(s Snapshot) bool { return s.State == StateOK })
	f.until("a line about it", func(Snapshot) bool {
		return strings.Contains(f.log.String(), "GPU 0: it could not be opened: GPU is lost")
	})
	f.set("device.0.error", "")
	f.until("the GPU", read)
}

// While every reading hangs, the Xid that explains it is told all the same.
func TestXIDWhileTheDriverHangs(t *testing.T) {
	f := start(t, fakenvml.Default())
	f.until("readings", read)
	f.update(func(s *fakenvml.State) {
		s.Calls = map[string]fakenvml.Call{"nvmlDeviceGetMemoryInfo_v2": {Hang: time.Hour}}
		s.Devices[0].XIDCount, s.Devices[0].XIDLast = new(uint64(1)), new(uint64(119))
	})
	s := f.until("both", func(s Snapshot) bool { return s.State == StateHung && f.saw(EventXID) })
	e := f.find(EventXID)
	assert.Equal(t, int64(119), *e.Code)
	assert.Equal(t, Error, e.Severity)
	assert.Equal(t, s.GPUs[0].UUID, e.UUID)
	assert.Equal(t, int64(1), *s.GPUs[0].XIDsTotal)
	assert.Equal(t, int64(119), *s.GPUs[0].XIDLast)
}

// The event says when the first Xid of its code came, not when the tick asked.
func TestXIDHasTheTimeAtWhichItCame(t *testing.T) {
	m := NewMonitor(Options{Log: &lines{}})
	before := time.Now()
	m.noteXIDs([]xid{{"GPU-1", 79}, {"GPU-1", 79}})
	after := time.Now()
	m.noteXIDs([]xid{{"GPU-1", 79}})
	events := m.Tick(t.Context()).Events
	require.Len(t, events, 1)
	assert.WithinRange(t, events[0].Time, before, after)
	assert.Contains(t, events[0].Message, "(3 times)")
}

func TestALostGPUStaysLostWhileTheDriverHangs(t *testing.T) {
	state := fakenvml.Default()
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	f := start(t, state)
	f.until("readings", read)
	f.set("device.1.error", "15")
	f.until("one is lost", func(s Snapshot) bool { return len(s.GPUs) == 2 && s.GPUs[1].State == DeviceLost })
	f.set("call.*.hang_s", "3600")
	s := f.until("the driver hangs", func(s Snapshot) bool { return s.State == StateHung })
	assert.Equal(t, DeviceHung, s.GPUs[0].State)
	assert.Equal(t, DeviceLost, s.GPUs[1].State)
}

func TestTickWithoutFullReadingsIsNotAnswered(t *testing.T) {
	f := start(t, fakenvml.Default())
	require.True(t, f.until("readings", read).Answered)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s := f.Tick(ended)
	assert.Equal(t, StateOK, s.State)
	assert.False(t, s.Answered)
}

// A card that could be read and cannot be opened any more is still there.
func TestGPUThatCannotBeOpened(t *testing.T) {
	state := fakenvml.Default()
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	f := start(t, state)
	f.until("readings of both", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
	f.set("device.1.error", "999")
	f.write("proc/driver/nvidia/version", "NVRM version: one, loaded anew\n")
	s := f.until("it is closed", func(Snapshot) bool { return f.saw(EventCountChanged) })
	const reason = "it could not be opened: Unknown Error"
	assert.Equal(t, "GPUs: of 2 that the driver lists 2 could be read, and now 1; GPU 1: "+reason, f.find(EventCountChanged).Message)
	require.Len(t, s.GPUs, 2)
	assert.Equal(t, DeviceFailed, s.GPUs[1].State)
	assert.Equal(t, reason, s.GPUs[1].Reason)

	f.set("device.1.error", "")
	f.until("both again", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
	assert.Equal(t, 2, f.times(EventCountChanged))
	assert.False(t, f.saw(EventLost))
}

// A card that was taken from the driver, as for a virtual machine, is lost at first, and
// one of which nobody expects to hear later.
func TestGPUThatIsTakenAwayIsForgotten(t *testing.T) {
	state := fakenvml.Default()
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	f := prepare(t, state)
	f.options.ForgetAfter = time.Second
	f.run()
	f.until("readings of both", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
	f.update(func(s *fakenvml.State) { s.Devices = s.Devices[:1] })
	f.until("it is lost", func(s Snapshot) bool { return len(s.GPUs) == 2 && s.GPUs[1].State == DeviceLost })
	f.until("it is forgotten", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 1 })
	assert.Contains(t, f.log.String(), "it is no longer reported")

	f.update(func(s *fakenvml.State) { s.Devices = append(s.Devices, fakenvml.DefaultDevice(1)) })
	f.until("it is back", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
}

// A card that only fell off the bus is in the machine, and no less lost after a day.
func TestLostGPUIsNotForgotten(t *testing.T) {
	state := fakenvml.Default()
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	f := prepare(t, state)
	f.options.ForgetAfter = time.Nanosecond
	f.run()
	f.until("readings of both", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
	f.set("device.1.error", "15")
	lost := f.until("it is lost", func(s Snapshot) bool { return len(s.GPUs) == 2 && s.GPUs[1].State == DeviceLost })
	f.until("further children", func(s Snapshot) bool {
		require.True(t, s.State != StateOK || len(s.GPUs) == 2, "%+v", s)
		return s.Answered && s.Restarts > lost.Restarts+1
	})
}

func TestOneHungGPUDoesNotHideTheOthers(t *testing.T) {
	state := fakenvml.Default()
	state.Devices = append(state.Devices, fakenvml.DefaultDevice(1))
	f := start(t, state)
	hung := state.Devices[1].UUID
	f.until("readings of both", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
	f.set("device.1.hang_s", "3600")
	f.until("the driver hangs", func(s Snapshot) bool { return s.State == StateHung })
	began := time.Now()
	s := f.until("the other is read", func(s Snapshot) bool { return s.State == StateOK && s.Answered })
	t.Logf("read after %v", time.Since(began).Round(time.Millisecond))
	require.Len(t, s.GPUs, 2)
	assert.NotNil(t, s.GPUs[0].TemperatureC)
	assert.Equal(t, DeviceHung, s.GPUs[1].State)
	assert.Nil(t, s.GPUs[1].MemoryUsedBytes, "no stale value")
	i := slices.IndexFunc(f.events, func(e Event) bool { return e.Kind == EventHung && e.UUID == hung })
	assert.GreaterOrEqual(t, i, 0, "%+v", f.events)
	assert.Contains(t, f.log.String(), "the driver hangs when it is asked of it; its readings stop, all others go on")

	f.set("device.1.hang_s", "")
	f.until("both again", func(s Snapshot) bool { return read(s) && len(s.GPUs) == 2 })
	assert.True(t, slices.ContainsFunc(f.events, func(e Event) bool { return e.Kind == EventRecovered && e.UUID == hung }))
}
