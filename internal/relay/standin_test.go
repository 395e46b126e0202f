package relay

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	token  = "0123456789abcdef0123456789abcdef"
	secret = "SEC89abcdef0123456789abcdef0123456789"
)

// dingtalk stands in for DingTalk's server, and is as strict.
type dingtalk struct {
	*httptest.Server
	t *testing.T

	mu sync.Mutex
	// answers are given one after the other; then all is taken.
	answers []http.HandlerFunc
	taken   []Message
	asked   int
}

func newDingtalk(t *testing.T, answers ...http.HandlerFunc) *dingtalk {
	d := &dingtalk{t: t, answers: answers}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

// refuses is DingTalk's way to say no: with status 200.
func refuses(code int, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"errcode": code, "errmsg": message})
	}
}

// fails is how something between here and DingTalk says no, whatever it writes.
func fails(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		refuses(0, "ok")(w, r)
	}
}

func (d *dingtalk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	assert.NoError(d.t, err)
	d.mu.Lock()
	d.asked++
	var answer http.HandlerFunc
	if len(d.answers) > 0 {
		answer, d.answers = d.answers[0], d.answers[1:]
	}
	d.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	if why := faulty(r, body); why != "" {
		refuses(310000, why)(w, r)
		return
	}
	var message Message
	assert.NoError(d.t, json.Unmarshal(body, &message))
	d.mu.Lock()
	d.taken = append(d.taken, message)
	d.mu.Unlock()
	refuses(0, "ok")(w, r)
}

func (d *dingtalk) messages() []Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Message(nil), d.taken...)
}

func (d *dingtalk) requests() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

// faulty is what DingTalk would find wrong with a request.
func faulty(r *http.Request, body []byte) string {
	query := r.URL.Query()
	milliseconds, err := strconv.ParseInt(query.Get("timestamp"), 10, 64)
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/robot/send":
		return "no such page"
	case r.Header.Get("Content-Type") != "application/json; charset=utf-8":
		return "Content-Type"
	case query.Get("access_token") != token:
		return "token is not exist"
	case err != nil || time.Since(time.UnixMilli(milliseconds)).Abs() > time.Hour:
		return "timestamp"
	case query.Get("sign") != handmade(query.Get("timestamp")):
		return "sign not match"
	case len(body) > 20_000:
		return "too long"
	}
	return ""
}

// handmade is the signature by the definition of HMAC, RFC 2104, for a key of at most a block.
func handmade(timestamp string) string {
	inner, outer := make([]byte, 64), make([]byte, 64)
	copy(inner, secret)
	copy(outer, secret)
	for i := range 64 {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	first := sha256.Sum256(append(inner, timestamp+"\n"+secret...))
	second := sha256.Sum256(append(outer, first[:]...))
	return base64.StdEncoding.EncodeToString(second[:])
}

func secretFile(t *testing.T, content string) string {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// robot is one of the stand-in, by files as a user has them.
func (d *dingtalk) robot() *Robot {
	robot, err := OpenRobot(secretFile(d.t, d.URL+"/robot/send?access_token="+token+"\n"), secretFile(d.t, secret+"\n"))
	require.NoError(d.t, err)
	return robot
}

func TestTheSignatureIsThatOfTheDocumentation(t *testing.T) {
	address, err := url.Parse("https://oapi.dingtalk.com/robot/send?access_token=" + token)
	require.NoError(t, err)
	// By Python's hmac and base64 modules, as in DingTalk's own example.
	require.Equal(t, fmt.Sprintf("https://oapi.dingtalk.com/robot/send?access_token=%s&sign=%s&timestamp=1795489394123",
		token, "KI2x6t7HJv7T9aTFdVuIy7Q6ww2BHlGe96XNP1NfR2s%3D"), signed(*address, "SEC0123456789abcdef", time.UnixMilli(1795489394123)))
}
