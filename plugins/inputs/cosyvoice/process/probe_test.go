package process

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// runBeside runs the background work of a test and waits for its end.
func runBeside(t *testing.T, run func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

func probeOnce(t *testing.T, t2 target, timeout time.Duration) answer {
	p := newProber(ProbeOptions{Enabled: true, Timeout: timeout})
	p.watch(map[processID]target{{pid: 1}: t2})
	runBeside(t, p.run)
	var last answer
	require.Eventually(t, func() bool {
		taken, fresh := p.take(processID{pid: 1})
		if fresh {
			last = taken
		}
		return fresh
	}, 10*time.Second, time.Millisecond)
	return last
}

func targetOf(t *testing.T, server *httptest.Server, api api) target {
	address, err := netip.ParseAddrPort(strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)
	return target{api, address}
}

func TestProbe(t *testing.T) {
	for name, tc := range map[string]struct {
		api    api
		status int
		path   string
		passes bool
	}{
		"Gradio":      {apiGradio, 200, "/gradio_api/queue/status", true},
		"FastAPI":     {apiFastAPI, 200, "/docs", true},
		"other":       {apiOther, 200, "/health", true},
		"old Gradio":  {apiGradio, 404, "/gradio_api/queue/status", true},
		"locked":      {apiOther, 401, "/health", true},
		"redirecting": {apiOther, 302, "/health", true},
		"failing":     {apiFastAPI, 500, "/docs", false},
		"full":        {apiGradio, 503, "/gradio_api/queue/status", false},
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				if r.URL.Path != tc.path || r.Method != http.MethodGet {
					t.Errorf("asked %s %s", r.Method, r.URL.Path)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tc.status)
			}))
			defer server.Close()
			last := probeOnce(t, targetOf(t, server, tc.api), time.Minute)
			require.Equal(t, tc.passes, last.failures == 0)
			require.Positive(t, last.latency)
			require.EqualValues(t, 1, requests.Load())
		})
	}
}

func TestProbeOfASlowServerTimesOut(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	last := probeOnce(t, targetOf(t, server, apiOther), 20*time.Millisecond)
	require.Equal(t, 1, last.failures)
}

func TestProbeOfGRPCOnlyConnects(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := netip.MustParseAddrPort(listener.Addr().String())
	require.Zero(t, probeOnce(t, target{apiRPC, address}, time.Minute).failures)
	require.NoError(t, listener.Close())
	require.Equal(t, 1, probeOnce(t, target{apiRPC, address}, time.Minute).failures)
}

func TestProbeEndsWithItsContext(t *testing.T) {
	asked := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	defer server.Close()
	p := newProber(ProbeOptions{Enabled: true, Timeout: time.Hour})
	p.watch(map[processID]target{{pid: 1}: targetOf(t, server, apiOther)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.run(ctx)
	}()
	<-asked
	cancel()
	<-done
	_, fresh := p.take(processID{pid: 1})
	require.False(t, fresh, "a probe that was called off says nothing")
}

func TestServerThatStopsAnsweringIsStuck(t *testing.T) {
	var failing atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if failing.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer server.Close()
	port := int(targetOf(t, server, apiOther).address.Port())

	m := newMachine(t)
	m.run(webui(100))
	m.hostSockets(tcpLine(port, tcpListen, 7))
	o := m.observer(Options{
		Pins:  []Pin{{Name: "tts", Port: port}},
		Probe: ProbeOptions{Enabled: true, Interval: 5 * time.Millisecond, Timeout: time.Minute},
	})
	m.run(proc{pid: 100, ppid: 1, argv: "python main.py", fds: []string{"socket:[7]"}})
	runBeside(t, o.Run)

	until := func(state State, ready bool) Service {
		var service Service
		require.Eventually(t, func() bool {
			m.wait(time.Second)
			service = o.Tick(nil).Services[0]
			return service.State == state && service.Ready != nil && *service.Ready == ready
		}, 10*time.Second, time.Millisecond)
		return service
	}
	require.Nil(t, o.Tick(nil).Services[0].Ready, "not asked yet")
	until(StateReady, true)
	failing.Store(true)
	service := until(StateStuck, false)
	require.Nil(t, service.ProbeSeconds)
	failing.Store(false)
	until(StateReady, true)
}

func TestProbeAddress(t *testing.T) {
	for bound, want := range map[string]string{
		"0.0.0.0": "127.0.0.1", "::": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1", "192.0.2.7": "192.0.2.7",
	} {
		require.Equal(t, want, reachableAddr(netip.MustParseAddr(bound)).String())
	}
}

func TestServerInAnotherNetworkNamespaceIsNotProbed(t *testing.T) {
	m := newMachine(t)
	p := webui(100)
	p.hidden = true
	m.run(p)
	m.sockets("100", tcpLine(50000, tcpListen, 7))
	m.sockets("self", tcpLine(50000, tcpListen, 8))
	o := m.observer(Options{Probe: ProbeOptions{Enabled: true}})
	require.True(t, *o.Tick(nil).Services[0].Ready, "it listens")
	require.Empty(t, o.prober.watched)

	m.run(p)
	m.hostSockets(tcpLine(50000, tcpListen, 7))
	o.Tick(nil)
	require.Len(t, o.prober.watched, 1)
}

func TestASlowServerIsAskedOnceAtATime(t *testing.T) {
	var atOnce, most, asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		most.Store(max(most.Load(), atOnce.Add(1)))
		asked.Add(1)
		time.Sleep(20 * time.Millisecond)
		atOnce.Add(-1)
	}))
	defer server.Close()
	p := newProber(ProbeOptions{Enabled: true, Interval: time.Millisecond, Timeout: time.Minute})
	p.watch(map[processID]target{{pid: 1}: targetOf(t, server, apiOther)})
	runBeside(t, p.run)
	require.Eventually(t, func() bool { return asked.Load() > 3 }, 10*time.Second, time.Millisecond)
	require.EqualValues(t, 1, most.Load())
}

func TestAnAnswerIsTakenOnce(t *testing.T) {
	p := newProber(ProbeOptions{Enabled: true})
	p.watched[processID{pid: 1}] = &watched{fresh: true, answer: answer{latency: time.Second}}
	last, fresh := p.take(processID{pid: 1})
	require.True(t, fresh)
	require.Equal(t, time.Second, last.latency)
	_, fresh = p.take(processID{pid: 1})
	require.False(t, fresh)
}
