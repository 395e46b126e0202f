// Package api answers "is it healthy?" and "why did this fail?" by HTTP, for a web page's server or
// a page itself. It reads only. openapi.json describes it.
package api

import (
	"context"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

//go:embed openapi.json
var openAPI []byte

// patience is how long InfluxDB may take for an answer.
const patience = 15 * time.Second

// Finder is what the answers come from.
type Finder interface {
	Why(ctx context.Context, q diagnosis.Question, now time.Time) (*diagnosis.Answer, error)
	Health(ctx context.Context, now time.Time) (*diagnosis.Health, error)
}

// Options say who may ask.
type Options struct {
	Token    string   // that a request has to bring; "" for none
	Origins  []string // of web pages whose scripts may ask
	Language words.Language
}

// Why is an answer with the words for it.
type Why struct {
	Sentence string `json:"sentence"`
	Title    string `json:"title,omitempty"`
	Sureness string `json:"sureness"`
	Now      string `json:"now,omitempty"`
	Lasting  string `json:"lasting,omitempty"`
	*diagnosis.Answer
}

// Health is one word and one sentence, and what they come from.
type Health struct {
	Sentence string `json:"sentence"`
	*diagnosis.Health
}

type server struct {
	finder  Finder
	options Options
	now     func() time.Time
}

// New makes the handler.
func New(finder Finder, options Options) http.Handler {
	s := &server{finder, options, time.Now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/why", s.why)
	mux.HandleFunc("GET /v1/health", s.health)
	mux.HandleFunc("GET /v1/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openAPI)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, words.APINoSuchPath.With(r.Method, r.URL.Path).In(s.language(r)))
	})
	return s.guard(mux)
}

// guard lets in who may ask.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); slices.Contains(s.options.Origins, origin) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Headers", "Authorization")
			if r.Method == http.MethodOptions {
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
		switch {
		case s.options.Token == "" && !isLoopback(r.Host):
			// A page whose name was made to mean this machine may not ask in its owner's name.
			fail(w, http.StatusForbidden, words.APIForeignHost.With(r.Host).In(s.language(r)))
		case s.options.Token != "" && !s.knows(r.Header.Get("Authorization")):
			w.Header().Set("WWW-Authenticate", "Bearer")
			fail(w, http.StatusUnauthorized, words.APIWantsToken.In(s.language(r)))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *server) knows(authorization string) bool {
	token, found := strings.CutPrefix(authorization, "Bearer ")
	return found && subtle.ConstantTimeCompare([]byte(token), []byte(s.options.Token)) == 1
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *server) why(w http.ResponseWriter, r *http.Request) {
	language := s.language(r)
	given := r.URL.Query()
	for name := range given {
		if !slices.Contains([]string{"at", "request", "host", "lang"}, name) {
			fail(w, http.StatusBadRequest, words.APINoSuchParameter.With(name).In(language))
			return
		}
	}
	question := diagnosis.Question{Request: given.Get("request"), Host: given.Get("host")}
	if at := given.Get("at"); at != "" {
		var err error
		if question.At, err = time.Parse(time.RFC3339, at); err != nil {
			fail(w, http.StatusBadRequest, words.APINoTime.With(at).In(language))
			return
		}
		if question.At.After(s.now()) {
			fail(w, http.StatusBadRequest, words.TimeToCome.With(at).In(language))
			return
		}
	}
	if question.Request != "" && !question.At.IsZero() {
		fail(w, http.StatusBadRequest, words.APIOneQuestion.In(language))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	answer, err := s.finder.Why(ctx, question, s.now())
	switch {
	case errors.Is(err, words.NoSuchRequest.With()):
		fail(w, http.StatusNotFound, words.Explain(err, language))
		return
	case err != nil:
		fail(w, http.StatusBadGateway, words.Explain(err, language))
		return
	}
	why := Why{Sentence: answer.Sentence(language), Sureness: words.SureTexts[string(answer.Sure)].In(language), Answer: answer}
	if answer.Cause != nil {
		texts := causes.Find(answer.Cause.Code).In(language)
		why.Title, why.Now, why.Lasting = texts.Title, texts.Now, texts.Lasting
	}
	reply(w, http.StatusOK, why)
}

func (s *server) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	health, err := s.finder.Health(ctx, s.now())
	if err != nil {
		fail(w, http.StatusBadGateway, words.Explain(err, s.language(r)))
		return
	}
	reply(w, http.StatusOK, Health{health.Sentence(s.language(r)), health})
}

// language is that which the question asks for, else the server's.
func (s *server) language(r *http.Request) words.Language {
	if language, err := words.ParseLanguage(r.URL.Query().Get("lang")); err == nil {
		return language
	}
	return s.options.Language
}

func fail(w http.ResponseWriter, status int, text string) {
	reply(w, status, map[string]string{"error": text})
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(true) // a page may put it into a script
	_ = encoder.Encode(value)   // the asker may be gone
}
