package relay

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// said is what a relay told the person who runs it.
type said struct {
	mu   sync.Mutex
	text string
}

func (s *said) say(m words.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text += m.In(words.English) + "\n"
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text
}

// startRelay serves the webhook for a test.
func startRelay(t *testing.T, d *dingtalk) (url string, log *said) {
	log = &said{}
	relay := New(d.robot(), Style{Language: words.Chinese}, log.say)
	server := httptest.NewServer(relay.handler(t.Context()))
	t.Cleanup(server.Close)
	return server.URL + "/", log
}

func post(t *testing.T, url, body string) (status int, answer string) {
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if !assert.NoError(t, err) {
		return 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	assert.NoError(t, err)
	return response.StatusCode, string(text)
}

func TestANotificationBecomesASignedMessage(t *testing.T) {
	d := newDingtalk(t, fails(http.StatusBadGateway), refuses(-1, "busy"))
	url, log := startRelay(t, d)
	status, answer := post(t, url, string(body(t, outOfMemory())))
	require.Equal(t, http.StatusOK, status, answer)
	require.Equal(t, []Message{(&Style{Language: words.Chinese}).Compose(outOfMemory())}, d.messages())
	require.Equal(t, 3, d.requests())
	require.Equal(t, "Sent: gpu-box-1 告警（严重）：显存不足\n", log.String())
}

func TestWhatDingTalkRefusesAlertmanagerTriesAgain(t *testing.T) {
	d := newDingtalk(t, refuses(310000, "sign not match"))
	url, log := startRelay(t, d)
	status, answer := post(t, url, string(body(t, outOfMemory())))
	require.Equal(t, http.StatusServiceUnavailable, status)
	for _, text := range []string{answer, log.String()} {
		require.Contains(t, text, "DingTalk refuses the message (310000 sign not match)")
		require.Contains(t, text, "--secret-file")
		requireNoSecret(t, text)
	}
	require.Contains(t, log.String(), "Not delivered yet: gpu-box-1 告警（严重）：显存不足\n")
	status, _ = post(t, url, string(body(t, outOfMemory())))
	require.Equal(t, http.StatusOK, status)
	require.Len(t, d.messages(), 1)
}

// A redirection would take the token, the signature and the message to somebody else.
func TestARedirectionIsNotFollowed(t *testing.T) {
	elsewhere := newDingtalk(t)
	d := newDingtalk(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+"/robot/send", http.StatusTemporaryRedirect)
	})
	url, _ := startRelay(t, d)
	status, _ := post(t, url, string(body(t, outOfMemory())))
	require.Equal(t, http.StatusOK, status, "DingTalk took it at the second try")
	require.Zero(t, elsewhere.requests())
	require.Equal(t, 2, d.requests())
}

// A client that goes away does not take the message with it, and finds it delivered.
func TestAnAnswerThatNobodySaw(t *testing.T) {
	reached, goOn := make(chan struct{}), make(chan struct{})
	d := newDingtalk(t, func(w http.ResponseWriter, r *http.Request) {
		close(reached)
		<-goOn
		refuses(0, "ok")(w, r)
	})
	url, log := startRelay(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(body(t, outOfMemory()))))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, err := http.DefaultClient.Do(request)
		assert.ErrorIs(t, err, context.Canceled)
	}()
	<-reached
	cancel()
	<-gone
	close(goOn)
	require.Eventually(t, func() bool { return strings.HasPrefix(log.String(), "Sent: ") }, 20*time.Second, time.Millisecond)
	status, _ := post(t, url, string(body(t, outOfMemory())))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 1, d.requests())
}

func TestWhatIsNoNotification(t *testing.T) {
	d := newDingtalk(t)
	url, log := startRelay(t, d)
	for name, tc := range map[string]struct {
		method, path, kind, body string
		status                   int
		want                     string
	}{
		"health":            {"GET", "healthz", "", "", 200, "ok"},
		"no page":           {"GET", "metrics", "", "", 404, "404"},
		"no post":           {"GET", "", "", "", 405, "this was GET; GET /healthz tells"},
		"a form of a page":  {"POST", "", "text/plain", "{}", 415, `this had "text/plain"`},
		"no JSON":           {"POST", "", "application/json", "{", 400, "is no JSON of Alertmanager: unexpected end"},
		"another JSON":      {"POST", "", "application/json", `{"a":1}`, 400, `version "" with 0 alerts`},
		"no alerts":         {"POST", "", "application/json", `{"version":"4"}`, 400, `version "4" with 0 alerts`},
		"another version":   {"POST", "", "application/json; charset=utf-8", `{"version":"5","alerts":[{}]}`, 400, `version "5" with 1 alerts`},
		"more than can be":  {"POST", "", "application/json", strings.Repeat(" ", bodyLimit+1), 413, "set max_alerts"},
		"labels of numbers": {"POST", "", "application/json", `{"version":"4","alerts":[{"labels":{"a":1}}]}`, 400, "cannot unmarshal number"},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequest(tc.method, url+tc.path, strings.NewReader(tc.body))
			require.NoError(t, err)
			request.Header.Set("Content-Type", tc.kind)
			response, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			defer response.Body.Close()
			answer, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, tc.status, response.StatusCode)
			require.Contains(t, string(answer), tc.want)
		})
	}
	require.Zero(t, d.requests())
	require.Contains(t, log.String(), "Not taken: what was posted is no JSON of Alertmanager")
}

// A stop waits until what is being sent has been answered, and then nothing is left.
func TestServeStopsInOrder(t *testing.T) {
	reached, goOn := make(chan struct{}), make(chan struct{})
	d := newDingtalk(t, func(w http.ResponseWriter, r *http.Request) {
		close(reached)
		<-goOn
		refuses(0, "ok")(w, r)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- New(d.robot(), Style{}, (&said{}).say).Serve(ctx, t.Context(), listener) }()

	status := make(chan int)
	go func() {
		code, _ := post(t, "http://"+listener.Addr().String()+"/", string(body(t, outOfMemory())))
		status <- code
	}()
	<-reached
	stop()
	require.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			connection.Close()
		}
		return err != nil
	}, 20*time.Second, time.Millisecond, "nobody new is let in")
	close(goOn)
	require.Equal(t, http.StatusOK, <-status)
	require.NoError(t, <-ended)
}

// A stop does not wait until DingTalk is well again: Alertmanager will ask the next relay.
func TestServeStopsTrying(t *testing.T) {
	reached := make(chan struct{}, 100)
	answers := make([]http.HandlerFunc, cap(reached))
	for i := range answers {
		answers[i] = func(w http.ResponseWriter, r *http.Request) {
			reached <- struct{}{}
			refuses(-1, "busy")(w, r)
		}
	}
	d := newDingtalk(t, answers...)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- New(d.robot(), Style{}, (&said{}).say).Serve(ctx, t.Context(), listener) }()
	status := make(chan int)
	go func() {
		code, _ := post(t, "http://"+listener.Addr().String()+"/", string(body(t, outOfMemory())))
		status <- code
	}()
	<-reached
	stop()
	require.Equal(t, http.StatusServiceUnavailable, <-status)
	require.NoError(t, <-ended)
	require.LessOrEqual(t, d.requests(), 2)
}

func TestServeEndsAtOnceWhenKilled(t *testing.T) {
	reached := make(chan struct{})
	d := newDingtalk(t, func(_ http.ResponseWriter, r *http.Request) {
		close(reached)
		<-r.Context().Done()
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	kill, killNow := context.WithCancel(t.Context())
	ended, answered := make(chan error), make(chan struct{})
	log := &said{}
	go func() { ended <- New(d.robot(), Style{}, log.say).Serve(kill, kill, listener) }()
	go func() {
		defer close(answered)
		response, err := http.Post("http://"+listener.Addr().String()+"/", "application/json", strings.NewReader(string(body(t, outOfMemory()))))
		if err == nil {
			response.Body.Close()
			assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
		}
	}()
	<-reached
	killNow()
	require.NoError(t, <-ended)
	<-answered
}
