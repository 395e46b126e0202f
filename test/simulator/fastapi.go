package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/simulator/pylog"
)

// fastAPI is upstream's runtime/python/fastapi/server.py below uvicorn.
type fastAPI struct {
	engine *engine
	port   int
}

func newFastAPI(e *engine, port int) front {
	return &fastAPI{engine: e, port: port}
}

func (f *fastAPI) serve(ctx context.Context, l net.Listener) error {
	log := f.engine.log
	log.Print("INFO:     Started server process [%d]", os.Getpid())
	log.Print("INFO:     Waiting for application startup.")
	log.Print("INFO:     Application startup complete.")
	log.Print("INFO:     Uvicorn running on http://0.0.0.0:%d (Press CTRL+C to quit)", f.port)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "text/html; charset=utf-8", "<!DOCTYPE html><title>FastAPI - Swagger UI</title>")
	})
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "application/json", openAPI())
	})
	for _, m := range []mode{sft, zeroShot, crossLingual} {
		mux.HandleFunc("/inference_"+string(m), func(w http.ResponseWriter, r *http.Request) { f.inference(ctx, m, w, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusNotFound, "application/json", `{"detail":"Not Found"}`)
	})
	err := serveHTTP(ctx, l, accessLog(log, mux))
	log.Print("INFO:     Shutting down")
	log.Print("INFO:     Finished server process [%d]", os.Getpid())
	return err
}

func openAPI() string {
	var paths []string
	for _, m := range []mode{sft, zeroShot, crossLingual} {
		paths = append(paths, fmt.Sprintf(`"/inference_%s":{"get":{},"post":{}}`, m))
	}
	return `{"openapi":"3.1.0","info":{"title":"FastAPI","version":"0.1.0"},"paths":{` + strings.Join(paths, ",") + `}}`
}

// inference answers with the samples, as they come. As in Python, "200 OK" is
// out before the synthesis begins, and a failure only cuts the body short.
func (f *fastAPI) inference(ctx context.Context, m mode, w http.ResponseWriter, r *http.Request) {
	text := r.FormValue("tts_text")
	if text == "" {
		answer(w, http.StatusUnprocessableEntity, "application/json",
			`{"detail":[{"type":"missing","loc":["body","tts_text"],"msg":"Field required","input":null}]}`)
		return
	}
	w.WriteHeader(http.StatusOK)
	// Upstream's own script does not stream; many of the scripts made from it do.
	job := request{Mode: m, Stream: r.FormValue("stream") == "true", Text: text}
	err := f.engine.synthesize(ctx, job, func(samples int) error {
		_, err := w.Write(make([]byte, 2*samples))
		return errors.Join(err, http.NewResponseController(w).Flush())
	})
	if err == nil {
		return
	}
	if failure := serverFailure(nil); errors.As(err, &failure) {
		f.logFailure(traceback(append([]frame{{"server.py", 41, "generate_data", "for i in model_output:"}}, synthesisFrames(job)...), failure))
	}
	panic(http.ErrAbortHandler)
}

// logFailure writes the exception group of Python 3.10 with anyio 4.
func (f *fastAPI) logFailure(trace string) {
	f.engine.log.Print(`ERROR:    Exception in ASGI application
  + Exception Group Traceback (most recent call last):
  |   File "uvicorn/protocols/http/h11_impl.py", line 396, in run_asgi
  |     result = await app(  # type: ignore[func-returns-value]
  | exceptiongroup.ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
%s
    +------------------------------------`, indent("    | ", trace))
}

func (f *fastAPI) submit(ctx context.Context, r request) error {
	form := url.Values{"tts_text": {r.Text}, "stream": {strconv.FormatBool(r.Stream)}}
	_, err := ask(ctx, http.MethodPost, f.port, "/inference_"+string(r.Mode), "application/x-www-form-urlencoded", form.Encode())
	return err
}

// accessLog writes uvicorn's access line when a response starts.
func accessLog(log *pylog.Log, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&accessLogger{ResponseWriter: w, log: log, request: r}, r)
	})
}

type accessLogger struct {
	http.ResponseWriter
	log     *pylog.Log
	request *http.Request
}

func (a *accessLogger) WriteHeader(status int) {
	a.log.Print("INFO:     %s - \"%s %s HTTP/1.1\" %d %s", a.request.RemoteAddr, a.request.Method,
		a.request.URL.RequestURI(), status, http.StatusText(status))
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController flush.
func (a *accessLogger) Unwrap() http.ResponseWriter {
	return a.ResponseWriter
}
