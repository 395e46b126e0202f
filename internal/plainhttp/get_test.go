package plainhttp

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const limit = 1 << 10

func serve(t *testing.T, handler http.HandlerFunc) netip.AddrPort {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return netip.MustParseAddrPort(server.Listener.Addr().String())
}

// get returns the status and the body.
func get(ctx context.Context, address netip.AddrPort) (status int, body string, err error) {
	err = Get(ctx, address, "/metrics", limit, func(r *Response) error {
		status = r.StatusCode
		text, err := io.ReadAll(r.Body)
		body = string(text)
		return err
	})
	return status, body, err
}

func TestWhatAServerAnswers(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		status  int
		body    string
	}{
		"a body": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Method+" "+r.URL.Path)
		}, 200, "GET /metrics"},
		"in chunks": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "one ")
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "two")
		}, 200, "one two"},
		"a long body": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, long)
		}, 200, long[:limit]},
		"a redirection": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		}, 302, "<a href=\"http://192.0.2.1/\">Found</a>.\n\n"},
		"no such page": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
		}, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, body, err := get(t.Context(), serve(t, tc.handler))
			require.NoError(t, err)
			require.Equal(t, tc.status, status)
			require.Equal(t, tc.body, body)
		})
	}
}

func TestAHeaderWithoutEnd(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", headerLimit))
	})
	_, _, err := get(t.Context(), address)
	require.ErrorContains(t, err, "its header has more than 16384 bytes")
}

func TestAServerThatSaysNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, _, err = get(ctx, netip.MustParseAddrPort(listener.Addr().String()))
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestNoServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	_, _, err = get(t.Context(), netip.MustParseAddrPort(address))
	require.ErrorContains(t, err, address+": connect: connection refused")
}

func TestWhatIsNoHTTP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		connection, err := listener.Accept()
		if err == nil {
			_, _ = io.WriteString(connection, "220 mail ready\r\n")
			connection.Close()
		}
	}()
	_, _, err = get(t.Context(), netip.MustParseAddrPort(listener.Addr().String()))
	require.ErrorContains(t, err, "malformed HTTP")
}
