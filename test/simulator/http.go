package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

const shutdownTimeout = time.Second

// serveHTTP serves until ctx ends, and waits for the handlers, which are
// expected to end with ctx too.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	err := server.Shutdown(grace)
	<-ended
	if errors.Is(err, context.DeadlineExceeded) {
		return server.Close() // A client holds on to its connection.
	}
	return err
}

// answer sends a whole response. A client that is gone needs none.
func answer(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// ask sends a request to this server's own port and returns the whole answer.
func ask(ctx context.Context, method string, port int, path, contentType, body string) ([]byte, error) {
	target := fmt.Sprintf("http://127.0.0.1:%d%s", port, path)
	r, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	r.Header.Set("Content-Type", contentType)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask for a synthesis: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for a synthesis: %s %s answered %s", method, target, response.Status)
	}
	return io.ReadAll(response.Body)
}
