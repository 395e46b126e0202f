package cosyvoice

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func after(seconds float64) time.Time {
	return noon.Add(time.Duration(seconds * float64(time.Second)))
}

func cardSample(uuid string, second, memory, utilization, clock float64) gpu.Sample {
	return gpu.Sample{UUID: uuid, At: after(second), MemoryUsedBytes: &memory, UtilizationPercent: &utilization, ClockSMHz: &clock}
}

func TestBlackBoxJoinsTheServersCards(t *testing.T) {
	boxes := blackBoxes{}
	gpus := gpu.Snapshot{
		GPUs: []gpu.GPU{{Reading: gpu.Reading{UUID: "a"}}, {Reading: gpu.Reading{UUID: "b"}}, {Reading: gpu.Reading{UUID: "c"}}},
		Samples: []gpu.Sample{
			cardSample("a", 1.1, 10, 50, 1000), cardSample("b", 1.2, 5, 70, 900), cardSample("c", 1.3, 99, 99, 1),
			cardSample("a", 1.9, 20, 60, 1000), // a second one in the same second
			cardSample("a", 2.9, 30, 20, 1000),
		},
	}
	use := gpuUse{cards: map[string]map[string]bool{"studio": {"a": true, "b": true}}}
	report := &process.Report{
		Host:     process.Host{CPUUsagePercent: new(40.0)},
		Services: []process.Service{{Instance: "studio", Samples: []process.Sample{{At: after(1.5), CPUPercent: 80, RSSBytes: 7}}}},
	}
	boxes.record(after(0), after(3), gpus, use, report)
	boxes.of("studio").recordLoads(after(3), []synthesis.Load{{At: after(1.2), InFlight: 2}, {At: after(1.8), InFlight: 1}})

	seconds := boxes.of("studio").Between(after(1), after(2))
	require.Len(t, seconds, 2)
	first := seconds[0]
	require.Equal(t, []float64{15, 70, 900, 80, 7, 40, 2}, []float64{
		first.GPUMemoryBytes, first.GPUUtilizationPercent, first.ClockSMHz,
		first.CPUPercent, first.RSSBytes, first.HostCPUPercent, first.InFlight,
	})
	require.Equal(t, 30.0, seconds[1].GPUMemoryBytes)
	require.Equal(t, 1.0, seconds[1].InFlight)

	// The cards are remembered while the driver does not name the processes.
	gpus.Samples = []gpu.Sample{cardSample("a", 4.1, 11, 0, 0), cardSample("c", 4.1, 99, 0, 0)}
	boxes.record(after(3), after(5), gpus, gpuUse{}, report)
	require.Equal(t, 11.0, boxes.of("studio").Between(after(4), after(4))[0].GPUMemoryBytes)
}

func TestTheOnlyCardIsTheServers(t *testing.T) {
	boxes := blackBoxes{}
	gpus := gpu.Snapshot{State: gpu.StateOK, Answered: true, GPUs: []gpu.GPU{{Reading: gpu.Reading{UUID: "a", State: gpu.DeviceOK}}}, Samples: []gpu.Sample{cardSample("a", 1, 10, 50, 1000)}}
	boxes.record(after(0), after(2), gpus, gpuUse{}, &process.Report{Services: []process.Service{{Instance: "studio"}}})
	require.Equal(t, 10.0, boxes.of("studio").Between(after(1), after(1))[0].GPUMemoryBytes)
}

// toldInput is an input in which a log told something, and what it makes of it.
func toldInput(readings ...synthesis.Reading) (*Cosyvoice, *recorder, *tick) {
	c := &Cosyvoice{told: readings, boxes: blackBoxes{}, troubles: troubles{}, versions: map[string]string{"studio": "1"}}
	r := &recorder{}
	return c, r, &tick{acc: r, now: after(600)}
}

func (r *recorder) named(name string) (points []point) {
	for _, p := range r.points {
		if p.name == name {
			points = append(points, p)
		}
	}
	return points
}

func TestAnErrorBringsItsTwoMinutesOnceInFive(t *testing.T) {
	oom := func(second float64) synthesis.Fault {
		f := synthesis.Fault{At: after(second)}
		f.Error, f.Message, f.Memory.Tried = logline.OutOfMemory, "CUDA out of memory", 1<<30
		return f
	}
	reading := synthesis.Reading{Instance: "studio"}
	reading.Faults = []synthesis.Fault{oom(300), oom(310), oom(599.5)}
	c, r, tick := toldInput(reading)
	for second := range 600 {
		c.boxes.of("studio").At(after(float64(second))).RSSBytes = float64(second)
	}
	c.tell(tick)

	events := r.named("cosyvoice_event")
	require.Len(t, events, 3)
	require.Equal(t, "oom", events[0].tags["kind"])
	require.Equal(t, float64(1<<30), events[0].fields["oom_tried_bytes"])
	id := *events[0].fields["event_id"].(*string)
	require.Nil(t, events[1].fields["event_id"], "ten seconds later")
	require.Nil(t, events[2].fields["event_id"], "299.5 s later")
	seconds := r.named("cosyvoice_flight")
	require.Len(t, seconds, 120)
	require.Equal(t, after(181), seconds[0].at)
	require.Equal(t, after(300), seconds[119].at)
	require.Equal(t, id, seconds[0].fields["event_id"])
}

func TestNothingIsKnownOfTheTimeBeforeAServer(t *testing.T) {
	box := &blackBox{}
	box.recordLoads(after(100), []synthesis.Load{{At: after(98), InFlight: 1}})
	seconds := box.Between(after(0), after(100))
	require.Len(t, seconds, 3)
	require.Equal(t, 1.0, seconds[2].InFlight)
}

func TestExitIsExplained(t *testing.T) {
	exit := process.Event{Kind: process.EventExit, Instance: "studio", Message: "gone", When: after(60)}
	for name, c := range map[string]struct {
		fault  synthesis.Fault
		oom    bool
		status *unix.WaitStatus
		reason string
		words  string
	}{
		"nothing is known":                    {reason: "unknown", words: "why is not known"},
		"the kernel killed it":                {oom: true, reason: "oom_killed", words: "the kernel killed it for lack of memory"},
		"the log's last error":                {fault: synthesis.Fault{At: after(55), FaultText: logline.FaultText{Error: logline.IllegalAccess, Message: "CUDA error"}}, reason: "cuda_error", words: "its log's last error: CUDA error; every request fails from now on: restart the server"},
		"an error of long ago":                {fault: synthesis.Fault{At: after(-30), FaultText: logline.FaultText{Error: logline.IllegalAccess}}, reason: "unknown", words: "why is not known"},
		"a signal":                            {status: new(unix.WaitStatus(unix.SIGSEGV)), reason: "crashed", words: "it crashed (SIGSEGV)"},
		"a person":                            {status: new(unix.WaitStatus(unix.SIGTERM)), reason: "stopped", words: "it was told to stop (SIGTERM)"},
		"a closed terminal":                   {status: new(unix.WaitStatus(unix.SIGHUP)), reason: "stopped", words: "its terminal was closed (SIGHUP): start it under nohup or tmux, or as a service"},
		"somebody killed it":                  {status: new(unix.WaitStatus(unix.SIGKILL)), reason: "killed", words: "it was killed (SIGKILL): by a person, by what supervises it, or by the kernel for lack of memory, see dmesg"},
		"an exit code":                        {status: new(unix.WaitStatus(3 << 8)), reason: "failed", words: "it ended with exit code 3"},
		"its own end":                         {status: new(unix.WaitStatus(0)), reason: "stopped", words: "it ended in order (exit code 0)"},
		"the kernel, not a person":            {oom: true, status: new(unix.WaitStatus(unix.SIGKILL)), reason: "oom_killed", words: "the kernel killed it for lack of memory"},
		"an error and a signal":               {fault: synthesis.Fault{At: after(55), FaultText: logline.FaultText{Error: logline.OutOfMemory, Message: "no memory"}}, status: new(unix.WaitStatus(unix.SIGABRT)), reason: "oom", words: "it crashed (SIGABRT); its log's last error: no memory"},
		"a request's exception, and a person": {fault: synthesis.Fault{At: after(55), FaultText: logline.FaultText{Class: "ValueError"}}, status: new(unix.WaitStatus(unix.SIGKILL)), reason: "killed", words: "it was killed (SIGKILL): by a person, by what supervises it, or by the kernel for lack of memory, see dmesg; its log's last error: ValueError"},
		"another process was killed":          {oom: true, status: new(unix.WaitStatus(unix.SIGTERM)), reason: "stopped", words: "it was told to stop (SIGTERM)"},
		"its worker was killed":               {oom: true, status: new(unix.WaitStatus(1 << 8)), reason: "oom_killed", words: "it ended with exit code 1 after the kernel had killed a process of its cgroup for lack of memory"},
		"stopped for an error":                {fault: synthesis.Fault{At: after(55), FaultText: logline.FaultText{Error: logline.OutOfMemory, Message: "no memory"}}, status: new(unix.WaitStatus(unix.SIGINT)), reason: "stopped", words: "it was told to stop (SIGINT); its log's last error: no memory"},
		"a request's own error":               {fault: synthesis.Fault{At: after(55), FaultText: logline.FaultText{Error: logline.BadInput}}, reason: "unknown", words: "why is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			reading := synthesis.Reading{Instance: "studio"}
			if !c.fault.At.IsZero() {
				reading.Faults = []synthesis.Fault{c.fault}
			}
			input, _, tick := toldInput(reading)
			input.tell(tick)
			exit := exit
			exit.OOMKilled, exit.Status = c.oom, c.status
			fields := map[string]any{}
			input.explainExit(tick, exit, fields)
			require.Equal(t, c.reason, fields["reason"])
			require.Equal(t, "gone; "+c.words, fields["message"])
		})
	}
}

func TestLoadsOfTheFutureAreOfNow(t *testing.T) {
	box := &blackBox{}
	box.recordLoads(after(3), []synthesis.Load{{At: after(1), InFlight: 1}, {At: after(500), InFlight: 2}})
	require.Empty(t, box.Between(after(4), after(590)))
}
