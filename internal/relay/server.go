package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// bodyLimit bounds a notification, in bytes; one with 20 long alerts has some ten thousand.
const bodyLimit = 1 << 20

// connectionTimeout is for reading a notification and answering it.
const connectionTimeout = answerWithin + 15*time.Second

// Relay is the server that Alertmanager posts to.
type Relay struct {
	deliverer *deliverer
	say       func(words.Message)
}

// New makes a relay that sends by a robot. What a person should know it says by say, which
// several goroutines call.
func New(robot *Robot, style Style, say func(words.Message)) *Relay {
	return &Relay{deliverer: newDeliverer(robot, style, say), say: say}
}

// Serve answers until ctx ends, and then until what is being sent has been answered, or kill
// ends. It closes the listener.
func (r *Relay) Serve(ctx, kill context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           r.handler(kill),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       connectionTimeout, // at its end the request's context ends too
		WriteTimeout:      connectionTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving Alertmanager: %w", err)
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(kill, answerWithin)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		_ = server.Close() // the patience is at its end, and so is the program
	}
	<-ended
	return nil
}

func (r *Relay) handler(kill context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, request *http.Request) {
		n, status, err := receive(w, request)
		if err != nil {
			r.say(words.RelayNotTaken.With(err))
			http.Error(w, err.Error(), status)
			return
		}
		if err := r.deliverer.deliver(request.Context(), kill, n); err != nil {
			r.say(words.RelayFailed.With(r.deliverer.style.Compose(n).Markdown.Title, err))
			// Alertmanager logs this. After a 5xx it asks again within a minute, whatever
			// the reason; after a 4xx only at the next group_interval, and if the alert is
			// over by then, never. So even what DingTalk refuses for good is a 5xx: once a
			// person has put the robot right, people are told.
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	return mux
}

// receive reads a notification, or says with which status it is refused.
func receive(w http.ResponseWriter, request *http.Request) (n *Notification, status int, err error) {
	if request.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, http.StatusMethodNotAllowed, words.RelayOnlyPost.With(request.Method)
	}
	// A web page in a browser on this host can post anything but this without being asked.
	if kind, _, _ := mime.ParseMediaType(request.Header.Get("Content-Type")); kind != "application/json" {
		return nil, http.StatusUnsupportedMediaType, words.RelayOnlyJSON.With(kind)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, bodyLimit))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, http.StatusRequestEntityTooLarge, words.RelayTooLarge.With(bodyLimit)
	}
	if err != nil {
		return nil, http.StatusBadRequest, fmt.Errorf("reading a notification: %w", err)
	}
	n, err = parse(body)
	return n, http.StatusBadRequest, err
}
