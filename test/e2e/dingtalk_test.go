//go:build e2e

package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const (
	robotToken  = "0123456789abcdef-of-the-test"
	robotSecret = "SECfedcba9876543210-of-the-test"
)

// robotMessage is a message as DingTalk takes it.
type robotMessage struct {
	Type     string `json:"msgtype"`
	Markdown struct{ Title, Text string }
}

// refusal is an answer of DingTalk that is not the right one.
type refusal struct {
	status int
	body   string
}

// What DingTalk says of an address that it does not know, of too many messages, and when it is ill.
var (
	wrongAddress = refusal{http.StatusOK, `{"errcode":310000,"errmsg":"ip not in whitelist"}`}
	tooMany      = refusal{http.StatusOK, `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`}
	broken       = refusal{http.StatusInternalServerError, "oops"}
)

// dingtalk stands in for DingTalk's server. It takes what is signed.
type dingtalk struct {
	*httptest.Server
	mu       sync.Mutex
	refusals []refusal // of the first messages
	tried    []time.Time
	taken    []robotMessage
}

func newDingtalk(t *testing.T, refusals ...refusal) *dingtalk {
	d := &dingtalk{refusals: refusals}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		mac := hmac.New(sha256.New, []byte(robotSecret))
		fmt.Fprintf(mac, "%s\n%s", query.Get("timestamp"), robotSecret)
		var message robotMessage
		d.mu.Lock()
		defer d.mu.Unlock()
		d.tried = append(d.tried, time.Now())
		switch {
		case len(d.tried) <= len(d.refusals):
			refused := d.refusals[len(d.tried)-1]
			w.WriteHeader(refused.status)
			fmt.Fprint(w, refused.body)
		case !assert.NoError(t, json.NewDecoder(r.Body).Decode(&message)),
			!assert.Equal(t, robotToken, query.Get("access_token")),
			!assert.Equal(t, base64.StdEncoding.EncodeToString(mac.Sum(nil)), query.Get("sign")):
			fmt.Fprint(w, `{"errcode":310000,"errmsg":"sign not match"}`)
		default:
			d.taken = append(d.taken, message)
			fmt.Fprint(w, `{"errcode":0,"errmsg":"ok"}`)
		}
	}))
	t.Cleanup(d.Close)
	return d
}

// about are the messages with that text in their title.
func (d *dingtalk) about(text string) (found []robotMessage) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.taken {
		if strings.Contains(m.Markdown.Title, text) {
			found = append(found, m)
		}
	}
	return found
}

func (d *dingtalk) titles() (all []string) {
	for _, m := range d.about("") {
		all = append(all, m.Markdown.Title)
	}
	return all
}

// tries are when messages came, taken or not.
func (d *dingtalk) tries() []time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]time.Time(nil), d.tried...)
}
