package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/simulator/pylog"
)

// Limits of upstream's webui.py.
const (
	gradioRunning = 2
	gradioWaiting = 4
)

const queueFull = "Queue is full. Max size is 4 and size is 4."

// gradioModes are the choices of the web UI's mode field.
var gradioModes = map[mode]string{sft: "预训练音色", zeroShot: "3s极速复刻", crossLingual: "跨语种复刻"}

// Places of the fields that matter in the arguments of generate_audio.
const (
	textField   = 0
	modeField   = 1
	streamField = 8
	fields      = 10
)

// gradio is upstream's webui.py: a queue in front of two workers. A client
// posts a call, gets an event id, and fetches the event's result.
type gradio struct {
	engine *engine
	port   int
	queue  chan *event
	keep   func(samples int) error // puts away what was synthesised

	mu     sync.Mutex
	lastID int
	events map[string]*event // until their result is fetched
}

type event struct {
	request request
	done    chan struct{}
	failed  bool // valid once done is closed
}

func newGradio(e *engine, port int) front {
	return &gradio{engine: e, port: port, queue: make(chan *event, gradioWaiting), keep: func(int) error { return nil }, events: make(map[string]*event)}
}

func (g *gradio) serve(ctx context.Context, l net.Listener) error {
	g.engine.log.Print("* Running on local URL:  http://0.0.0.0:%d\n\nTo create a public link, set `share=True` in `launch()`.", g.port)
	var workers sync.WaitGroup
	defer workers.Wait()
	for range gradioRunning {
		workers.Go(func() { g.work(ctx) })
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "text/html; charset=utf-8", "<!DOCTYPE html><title>Gradio</title>")
	})
	mux.HandleFunc("GET /config", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "application/json", `{"version":"5.4.0","api_prefix":"/gradio_api","mode":"blocks"}`)
	})
	mux.HandleFunc("GET /gradio_api/queue/status", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "application/json", fmt.Sprintf(`{"msg":"estimation","queue_size":%d}`, len(g.queue)))
	})
	mux.HandleFunc("POST /gradio_api/call/generate_audio", g.call)
	mux.HandleFunc("GET /gradio_api/call/generate_audio/{id}", func(w http.ResponseWriter, r *http.Request) { g.result(ctx, w, r) })
	return serveHTTP(ctx, l, mux)
}

func (g *gradio) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-g.queue:
			e.failed = g.run(ctx, e.request) != nil
			close(e.done)
		}
	}
}

func (g *gradio) run(ctx context.Context, r request) error {
	g.engine.log.Record(pylog.Info, "get %s inference request", r.Mode)
	samples := 0
	err := g.engine.synthesize(ctx, r, func(n int) error {
		samples += n
		return nil
	})
	if err == nil {
		err = g.keep(samples)
	}
	if failure := serverFailure(nil); errors.As(err, &failure) {
		frames := []frame{{"gradio/queueing.py", 624, "process_events", "response = await route_utils.call_process_api("}}
		g.engine.log.Print("%s", traceback(append(frames, synthesisFrames(r)...), failure))
	}
	return err
}

func (g *gradio) call(w http.ResponseWriter, r *http.Request) {
	job, err := parseCall(r)
	if err != nil {
		answer(w, http.StatusUnprocessableEntity, "application/json", fmt.Sprintf(`{"detail":%q}`, err))
		return
	}
	e := &event{request: job, done: make(chan struct{})}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case g.queue <- e:
	default:
		answer(w, http.StatusServiceUnavailable, "application/json", fmt.Sprintf(`{"detail":%q}`, queueFull))
		return
	}
	g.lastID++
	id := strconv.Itoa(g.lastID)
	g.events[id] = e
	answer(w, http.StatusOK, "application/json", fmt.Sprintf(`{"event_id":%q}`, id))
}

// parseCall reads the arguments of generate_audio. Those after the text may be
// left out.
func parseCall(r *http.Request) (request, error) {
	var body struct {
		Data []any `json:"data"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return request{}, fmt.Errorf("read the call's JSON: %w", err)
	}
	data := append(body.Data, make([]any, fields)...)
	text, _ := data[textField].(string)
	if text == "" {
		return request{}, errors.New(`the call has no text; send {"data": ["text"]}`)
	}
	job := request{Mode: sft, Text: text}
	for m, name := range gradioModes {
		if data[modeField] == name {
			job.Mode = m
		}
	}
	job.Stream = data[streamField] == true
	return job, nil
}

// result answers when the event is done, in the form of server-sent events.
func (g *gradio) result(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	e := g.events[r.PathValue("id")]
	delete(g.events, r.PathValue("id"))
	g.mu.Unlock()
	if e == nil {
		answer(w, http.StatusNotFound, "application/json", `{"detail":"Event not found."}`)
		return
	}
	select {
	case <-ctx.Done():
	case <-r.Context().Done():
	case <-e.done:
		body := "event: complete\ndata: [{\"path\": \"audio.wav\"}]\n\n"
		if e.failed {
			body = "event: error\ndata: null\n\n"
		}
		answer(w, http.StatusOK, "text/event-stream", body)
	}
}

func (g *gradio) submit(ctx context.Context, r request) error {
	data := make([]any, fields)
	data[textField], data[modeField], data[streamField] = r.Text, gradioModes[r.Mode], r.Stream
	body, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		return fmt.Errorf("encode a call: %w", err)
	}
	const path = "/gradio_api/call/generate_audio"
	answer, err := ask(ctx, http.MethodPost, g.port, path, "application/json", string(body))
	if err != nil {
		return err
	}
	var created struct {
		EventID string `json:"event_id"`
	}
	if err := json.Unmarshal(answer, &created); err != nil {
		return fmt.Errorf("read the event of a call: %w", err)
	}
	_, err = ask(ctx, http.MethodGet, g.port, path+"/"+created.EventID, "", "")
	return err
}
