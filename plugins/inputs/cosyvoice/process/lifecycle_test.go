package process

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDeathAndReturn(t *testing.T) {
	m := newMachine(t)
	m.file(checkout+"/.git/HEAD", "ace7c47000000000000000000000000000000000\n")
	m.run(webui(100))
	o := m.observer(Options{})
	report := o.Tick(nil)
	require.Empty(t, report.Events, "it ran before the observer did")
	require.Equal(t, StateStarting, report.Services[0].State)
	m.wait(time.Second)
	m.kill(100)
	o.sample(o.stats, o.options.Now())
	m.wait(9 * time.Second)

	for range 3 {
		report = o.Tick(nil)
		require.Equal(t, Service{Instance: "50000", Version: "ace7c47", Ready: new(false), State: StateDead}, report.Services[0])
	}
	m.wait(time.Second)
	again := webui(200)
	again.start = int(m.now.Sub(bootTime).Seconds())
	m.run(again)
	m.hostSockets(tcpLine(50000, tcpListen, 7))
	report = o.Tick(nil)
	require.Equal(t, []string{"50000"}, instances(report))
	require.Equal(t, 200, report.Services[0].PID)
	require.Equal(t, StateReady, report.Services[0].State)
	require.Equal(t, []EventKind{EventStart, EventReady}, kinds(report.Events))
	require.Equal(t, 200, report.Events[0].PID)
	require.Equal(t, StateDead, report.Events[0].LastState)
	require.WithinDuration(t, m.now, report.Events[0].When, 0)
}

func TestAReturnIsNeverBeforeTheExit(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	o := m.observer(Options{})
	o.Tick(nil)
	m.kill(100)
	// Started 0.9 s before the sample that misses its predecessor.
	again := webui(101)
	again.start = 3600
	m.run(again)
	m.wait(900 * time.Millisecond)
	o.sample(o.stats, o.options.Now())
	events := o.Tick(nil).Events
	require.Equal(t, []EventKind{EventExit, EventStart}, kinds(events))
	require.True(t, events[0].When.Before(events[1].When))
}

func TestExitEvent(t *testing.T) {
	for name, end := range map[string]func(*machine){
		"gone":   func(m *machine) { m.kill(100) },
		"zombie": func(m *machine) { p := webui(100); p.state = "Z"; m.stat(p) },
		"pid reused": func(m *machine) {
			m.run(proc{pid: 100, ppid: 1, start: 4000, argv: "sleep 1000"})
		},
		"pid reused by a server": func(m *machine) { p := webui(100); p.start = 4000; m.run(p) },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.run(webui(100))
			m.hostSockets(tcpLine(50000, tcpListen, 7))
			o := m.observer(Options{})
			// Long enough known that the next tick would not look at it again.
			for range 5 {
				require.Equal(t, StateReady, o.Tick(nil).Services[0].State)
			}
			end(m)
			m.wait(time.Second)
			o.sample(o.stats, o.options.Now())
			died := m.now
			m.wait(time.Second)
			o.sample(o.stats, o.options.Now())
			report := o.Tick(nil)
			require.NotEmpty(t, report.Events)
			exit := report.Events[0]
			require.Equal(t, Event{
				Kind: EventExit, Severity: SeverityError, Instance: "50000", Version: "CosyVoice3",
				Message: "server process 100 is gone after 3501 s, it was ready",
				PID:     100, LastState: StateReady, When: died,
			}, exit)
			require.Equal(t, name == "pid reused by a server", report.Services[0].Up)
			require.Len(t, report.Services, 1)
		})
	}
}

func TestAServerStartedLaterIsAnEvent(t *testing.T) {
	m := newMachine(t)
	o := m.observer(Options{})
	o.Tick(nil)
	m.wait(10 * time.Second)
	p := webui(100)
	p.start = 3605
	m.run(p)
	report := o.Tick(nil)
	require.Equal(t, []EventKind{EventStart}, kinds(report.Events))
	require.WithinDuration(t, bootTime.Add(3605*time.Second), report.Events[0].When, 0)
	require.InDelta(t, 5, *report.Services[0].UptimeSeconds, 0.001)

	m.hostSockets(tcpLine(50000, tcpListen, 7))
	m.wait(10 * time.Second)
	report = o.Tick(nil)
	require.Equal(t, []EventKind{EventReady}, kinds(report.Events))
	require.Equal(t, StateStarting, report.Events[0].LastState)
	require.Empty(t, o.Tick(nil).Events)
}

func TestStates(t *testing.T) {
	m := newMachine(t)
	server := webui(100)
	m.run(server)
	o := m.observer(Options{})
	tick := func() Service {
		m.wait(10 * time.Second)
		return o.Tick(nil).Services[0]
	}
	for range 5 {
		service := tick()
		require.Equal(t, StateStarting, service.State)
		require.False(t, *service.Ready)
		require.Nil(t, service.Connections)
	}
	m.hostSockets(tcpLine(50000, tcpListen, 7), tcpLine(50000, tcpEstablished, 8), tcpLine(50000, tcpEstablished, 9), tcpLine(50001, tcpEstablished, 10))
	service := tick()
	require.Equal(t, StateReady, service.State)
	require.True(t, *service.Ready)
	require.Equal(t, 2, *service.Connections)

	server.cpu += 499
	m.stat(server)
	require.Equal(t, StateReady, tick().State)
	server.cpu += 500
	m.stat(server)
	require.Equal(t, StateBusy, tick().State)

	m.hostSockets()
	require.Equal(t, StateReady, tick().State)
	require.Equal(t, StateReady, tick().State)
	require.Equal(t, StateStuck, tick().State)
	m.hostSockets(tcpLine(50000, tcpListen, 7))
	require.Equal(t, StateReady, tick().State)
}

func TestWhatCannotBeCheckedIsNotKnown(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	require.NoError(t, removeAll(m, "100/net"))
	service := m.observer(Options{}).Tick(nil).Services[0]
	require.Nil(t, service.Ready)
	require.Equal(t, StateReady, service.State)
}

func TestAPortThatIsNotTheDefaultIsFound(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "python api.py --model_dir CosyVoice2-0.5B", cwd: "/srv", fds: []string{"/dev/null", "socket:[7]", "socket:[8]", "socket:[9]"}})
	m.hostSockets(tcpLine(9000, tcpListen, 6), tcpLine(9933, tcpListen, 9), tcpLine(9933, tcpEstablished, 8), tcpLine(9934, tcpListen, 7))
	service := m.observer(Options{}).Tick(nil).Services[0]
	require.Equal(t, "9233", service.Instance)
	require.True(t, *service.Ready)
	require.Equal(t, 1, *service.Connections)
}

func TestAServerOfUnknownPortStartsUntilItListens(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "python api_server.py --model_dir CosyVoice2-0.5B", cwd: "/srv", fds: []string{"socket:[7]"}})
	o := m.observer(Options{})
	require.Equal(t, StateStarting, o.Tick(nil).Services[0].State)
	m.hostSockets(tcpLine(9000, tcpListen, 7))
	require.Equal(t, StateReady, o.Tick(nil).Services[0].State)
}

func TestTheDefaultPortComesFirst(t *testing.T) {
	m := newMachine(t)
	m.run(proc{pid: 100, ppid: 1, argv: "python webui.py", cwd: checkout, fds: []string{"socket:[6]", "socket:[7]"}})
	m.hostSockets(tcpLine(5000, tcpListen, 6), tcpLine(8000, tcpListen, 7), tcpLine(8000, tcpEstablished, 8))
	require.Equal(t, 1, *m.observer(Options{}).Tick(nil).Services[0].Connections)
}

func TestALongStartIsNotStuck(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	o := m.observer(Options{Probe: ProbeOptions{Enabled: true}})
	for range 2 * stuckFailing {
		require.Equal(t, StateStarting, o.Tick(nil).Services[0].State)
	}
	m.hostSockets(tcpLine(50000, tcpListen, 7))
	require.Equal(t, StateReady, o.Tick(nil).Services[0].State, "it listens and was not asked yet")
}
