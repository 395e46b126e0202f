package triton

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const patience = 10 * time.Second

// journal keeps what is logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Infof(format string, args ...any) { j.Warnf(format, args...) }

func (j *journal) Warnf(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintf(&j.text, format+"\n", args...)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func startReader(t *testing.T) (*Reader, *journal) {
	log := &journal{}
	r := NewReader(log)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return r, log
}

func serve(t *testing.T, handler http.HandlerFunc) netip.AddrPort {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "http://"))
}

func (r *Reader) next(t *testing.T) []Reading {
	var readings []Reading
	require.Eventually(t, func() bool {
		readings = r.Take()
		return len(readings) > 0
	}, patience, time.Millisecond)
	return readings
}

func TestReadsTheMetricsOfServers(t *testing.T) {
	r, log := startReader(t)
	address := serve(t, func(w http.ResponseWriter, request *http.Request) {
		if request.URL.Path != "/metrics" || request.Method != http.MethodGet {
			t.Errorf("asked %s %s", request.Method, request.URL.Path)
		}
		fmt.Fprintln(w, `nv_inference_request_success{model="cosyvoice3",version="1"} 5`)
	})
	at := time.Now()
	r.Ask(at, map[string]netip.AddrPort{"18000": address})
	require.Equal(t, []Reading{{"18000", at, []Model{{Name: "cosyvoice3", Success: new(int64(5))}}}}, r.next(t))
	require.Empty(t, r.Take(), "each reading is told once")
	require.Empty(t, log.String())
}

// A server that hangs is asked once, and holds up neither the tick nor the others.
func TestAServerThatHangs(t *testing.T) {
	r, _ := startReader(t)
	released, asked := make(chan struct{}), make(chan struct{}, 10)
	release := sync.OnceFunc(func() { close(released) })
	hanging := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-released
		fmt.Fprintln(w, `nv_inference_request_success{model="slow",version="1"} 1`)
	})
	t.Cleanup(release)
	good := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `nv_inference_request_success{model="good",version="1"} 1`)
	})
	first := time.Now()
	servers := map[string]netip.AddrPort{"hanging": hanging, "good": good}
	r.Ask(first, servers)
	<-asked
	require.Equal(t, "good", r.next(t)[0].Instance)
	r.Ask(first.Add(time.Second), servers)
	require.Equal(t, "good", r.next(t)[0].Instance)
	require.Empty(t, asked)
	release()
	late := r.next(t)
	require.Equal(t, "hanging", late[0].Instance)
	require.Equal(t, first, late[0].At, "a late answer keeps the time of its question")
}

func TestSaysOnceThatAServerDoesNotAnswer(t *testing.T) {
	r, log := startReader(t)
	var mu sync.Mutex
	body, status, asked := "", http.StatusNotFound, 0
	answer := func(s int, b string) {
		mu.Lock()
		defer mu.Unlock()
		status, body = s, b
	}
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	ask := func() {
		before := asked
		r.Ask(time.Now(), map[string]netip.AddrPort{"a": address})
		require.Eventually(t, func() bool {
			mu.Lock()
			defer mu.Unlock()
			r.mu.Lock()
			defer r.mu.Unlock()
			return asked > before && len(r.underWay) == 0
		}, patience, time.Millisecond)
	}
	ask()
	ask()
	answer(http.StatusOK, metricPrefix+"request_success{")
	ask()
	require.Empty(t, r.Take())
	answer(http.StatusOK, "")
	r.Ask(time.Now(), map[string]netip.AddrPort{"a": address})
	require.Empty(t, r.next(t)[0].Models)
	require.Regexp(t, `^The requests of Triton server "a" are not counted: get http://\S+/metrics: status 404 Not Found; it is asked again at each tick
The requests of Triton server "a" are counted again
$`, log.String())
}

func TestEndsWithItsContext(t *testing.T) {
	log := &journal{}
	r := NewReader(log)
	asked := make(chan struct{})
	address := serve(t, func(_ http.ResponseWriter, request *http.Request) {
		close(asked)
		<-request.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	r.Ask(time.Now(), map[string]netip.AddrPort{"a": address})
	<-asked
	cancel()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("it still asks")
	}
	require.Empty(t, r.Take())
	require.Empty(t, log.String())
}
