package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

var present = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// standIn answers without an InfluxDB.
type standIn struct {
	asked  diagnosis.Question
	answer *diagnosis.Answer
	health *diagnosis.Health
	err    error
}

func (s *standIn) Why(_ context.Context, q diagnosis.Question, _ time.Time) (*diagnosis.Answer, error) {
	s.asked = q
	return s.answer, s.err
}

func (s *standIn) Health(context.Context, time.Time) (*diagnosis.Health, error) {
	return s.health, s.err
}

// leak is an answer in which everything is told.
func leak() *diagnosis.Answer {
	value := 1.5
	found := diagnosis.Finding{
		Code: "gpu_memory_leak", Severity: "warning", Host: "box", Instance: "50000", Since: present.Add(-time.Hour), At: present,
		Value: 2, Limit: 1, Evidence: map[string]float64{"fit": 99},
	}
	direct := found
	direct.Code, direct.UUID = "gpu_out_of_memory", "GPU-1"
	return &diagnosis.Answer{
		At: present, Host: "box", Instance: "50000", Cause: &found, Direct: &direct, Sure: diagnosis.Likely,
		Synthesis: &diagnosis.Synthesis{At: present, Host: "box", Instance: "50000", RequestID: "a:1", Mode: "sft", Outcome: "error", Error: "out_of_memory", Figures: map[string]float64{"rtf": 1}},
		Event:     &diagnosis.Event{At: present, Host: "box", Kind: "oom", Severity: "error", Message: "</script><b>", Reason: "r", Error: "e", ID: "i", Instance: "50000", UUID: "u"},
		Findings:  []diagnosis.Finding{found, direct}, RuledOut: []string{"gpu_memory_peak"}, Missing: []diagnosis.Gap{diagnosis.NoUsual},
		Events:   []diagnosis.Event{{At: present, Host: "box", Kind: "ready", Severity: "info", Message: "ready"}},
		Timeline: []diagnosis.Moment{{At: present, GPUMemory: &value, GPUUtilization: &value, HostCPU: &value, InFlight: &value, RTF: &value}, {At: present}},
		Flight:   []diagnosis.Second{{At: present, GPUMemory: &value, GPUUtilization: &value, HostCPU: &value, InFlight: &value}},
	}
}

// quiet is an answer in which nothing is.
func quiet() *diagnosis.Answer {
	return &diagnosis.Answer{
		At: present, Sure: diagnosis.Unknown, Findings: []diagnosis.Finding{}, RuledOut: []string{}, Missing: []diagnosis.Gap{},
		Events: []diagnosis.Event{}, Timeline: []diagnosis.Moment{}, Flight: []diagnosis.Second{},
	}
}

func serve(finder Finder, options Options) http.Handler {
	if options.Language == "" {
		options.Language = words.English
	}
	return New(finder, options)
}

func ask(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9096"+path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Each answer is one that the description allows.
func TestAnswersAreAsDescribed(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(openAPI)
	require.NoError(t, err)
	require.NoError(t, document.Validate(t.Context()))
	router, err := legacy.NewRouter(document)
	require.NoError(t, err)
	for _, test := range []struct {
		name, path string
		finder     *standIn
		options    Options
		status     int
		says       string
	}{
		{"an answer", "/v1/why", &standIn{answer: leak()}, Options{}, 200, "keeps a little more GPU memory"},
		{"in Chinese", "/v1/why?lang=zh", &standIn{answer: leak()}, Options{}, 200, "显卡终将被占满"},
		{"by the server's language", "/v1/why", &standIn{answer: leak()}, Options{Language: words.Chinese}, 200, "显存泄漏"},
		{"of a time", "/v1/why?at=2026-11-20T11:00:00%2B00:00", &standIn{answer: quiet()}, Options{}, 200, "unknown"},
		{"of a request", "/v1/why?request=a:1&host=box", &standIn{answer: quiet()}, Options{}, 200, "unknown"},
		{"no such request", "/v1/why?request=b", &standIn{err: words.NoSuchRequest.With("b")}, Options{}, 404, "no synthesis of the last 30 days"},
		{"no time", "/v1/why?at=yesterday", &standIn{}, Options{}, 400, "RFC 3339"},
		{"a time to come", "/v1/why?at=2099-01-01T00:00:00Z", &standIn{}, Options{}, 400, "still to come"},
		{"two questions", "/v1/why?at=2026-11-20T11:00:00Z&request=a", &standIn{}, Options{}, 400, "not both"},
		{"an unknown parameter", "/v1/why?since=1h", &standIn{}, Options{}, 400, "since"},
		{"InfluxDB is away", "/v1/why", &standIn{err: errors.New("connection refused")}, Options{}, 502, "connection refused"},
		{"a token is missing", "/v1/why", &standIn{}, Options{Token: "0123456789abcdef"}, 401, "token"},
		{"all is well", "/v1/health", &standIn{health: &diagnosis.Health{Status: "ok", Findings: []diagnosis.Finding{}, Down: []string{}}}, Options{}, 200, "All is well."},
		{"something is wrong", "/v1/health?lang=zh", &standIn{health: &diagnosis.Health{Status: "warning", Findings: leak().Findings, Down: []string{}}}, Options{}, 200, "显卡终将被占满"},
		{"nothing is known", "/v1/health", &standIn{health: &diagnosis.Health{Status: "unknown", Findings: []diagnosis.Finding{}, Down: []string{}}}, Options{}, 200, "no plugin has been heard"},
		{"InfluxDB is away, of the health", "/v1/health", &standIn{err: errors.New("connection refused")}, Options{}, 502, "connection refused"},
		{"the description", "/v1/openapi.json", &standIn{}, Options{}, 200, "openapi"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := ask(serve(test.finder, test.options), test.path)
			require.Equal(t, test.status, w.Code, w.Body)
			assert.Contains(t, w.Body.String(), test.says)
			r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9096"+test.path, nil)
			route, parameters, err := router.FindRoute(r)
			require.NoError(t, err)
			require.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
				RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route},
				Status:                 w.Code, Header: w.Header(), Body: io.NopCloser(w.Body),
				Options: &openapi3filter.Options{IncludeResponseStatus: true},
			}))
		})
	}
}

func TestQuestionsArePassedOn(t *testing.T) {
	finder := &standIn{answer: quiet()}
	ask(serve(finder, Options{}), "/v1/why?at=2026-11-20T11:00:00%2B08:00&host=box")
	assert.True(t, finder.asked.At.Equal(time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)))
	assert.Equal(t, "box", finder.asked.Host)
}

func TestWhoMayAsk(t *testing.T) {
	finder := &standIn{health: &diagnosis.Health{Status: "ok", Findings: []diagnosis.Finding{}, Down: []string{}}}
	const token = "0123456789abcdef"
	for _, test := range []struct {
		name    string
		options Options
		host    string
		headers []string
		status  int
	}{
		{"this machine", Options{}, "127.0.0.1:9096", nil, 200},
		{"by another name of it", Options{}, "localhost:9096", nil, 200},
		{"by IPv6", Options{}, "[::1]:9096", nil, 200},
		{"a name that was made to mean this machine", Options{}, "evil.example:9096", nil, 403},
		{"with the token, by any name", Options{Token: token}, "box.example:9096", []string{"Authorization", "Bearer " + token}, 200},
		{"with a wrong token", Options{Token: token}, "127.0.0.1:9096", []string{"Authorization", "Bearer 0123456789abcdeX"}, 401},
		{"with the token as something else", Options{Token: token}, "127.0.0.1:9096", []string{"Authorization", token}, 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/v1/health", nil)
			r.Host = test.host
			for i := 0; i < len(test.headers); i += 2 {
				r.Header.Set(test.headers[i], test.headers[i+1])
			}
			w := httptest.NewRecorder()
			serve(finder, test.options).ServeHTTP(w, r)
			assert.Equal(t, test.status, w.Code, w.Body)
		})
	}
}

func TestOrigins(t *testing.T) {
	finder := &standIn{health: &diagnosis.Health{Status: "ok", Findings: []diagnosis.Finding{}, Down: []string{}}}
	h := serve(finder, Options{Origins: []string{"https://tts.example"}, Token: "0123456789abcdef"})
	w := ask(h, "/v1/health", "Origin", "https://tts.example", "Authorization", "Bearer 0123456789abcdef")
	assert.Equal(t, "https://tts.example", w.Header().Get("Access-Control-Allow-Origin"))
	w = ask(h, "/v1/health", "Origin", "https://other.example", "Authorization", "Bearer 0123456789abcdef")
	assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))

	// A browser asks first whether it may send the token, without it.
	r := httptest.NewRequest(http.MethodOptions, "http://127.0.0.1/v1/health", nil)
	r.Header.Set("Origin", "https://tts.example")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, http.StatusNoContent, w.Code)
	assert.Equal(t, "Authorization", w.Header().Get("Access-Control-Allow-Headers"))
}

// Text from a log cannot end a script of the page that it is put into.
func TestAnswersAreHarmlessInAPage(t *testing.T) {
	w := ask(serve(&standIn{answer: leak()}, Options{}), "/v1/why")
	assert.NotContains(t, w.Body.String(), "</script>")
	var why struct{ Event struct{ Message string } }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &why))
	assert.Equal(t, "</script><b>", why.Event.Message)
}

func TestWhatIsNotThere(t *testing.T) {
	w := ask(serve(&standIn{}, Options{}), "/v2/why")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Contains(t, w.Body.String(), "openapi.json")
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/v1/why", strings.NewReader("{}"))
	w = httptest.NewRecorder()
	serve(&standIn{}, Options{}).ServeHTTP(w, r)
	assert.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, w.Code)
}
