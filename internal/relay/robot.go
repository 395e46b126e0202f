package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Robot is a group robot of DingTalk.
type Robot struct {
	address url.URL // holds the token
	secret  string  // empty for a robot that asks for no signature
	client  http.Client
}

func newRobot(address url.URL) *Robot {
	return &Robot{address: address, client: http.Client{
		// A redirection would take the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Host is whom the robot's messages are sent to.
func (r *Robot) Host() string { return r.address.Host }

// Signed tells whether messages are signed.
func (r *Robot) Signed() bool { return r.secret != "" }

// answerLimit bounds what is read of an answer, in bytes.
const answerLimit = 64 << 10

// Send returns nil once DingTalk has taken the message. Its errors are of package words and
// hold neither the token nor the secret.
func (r *Robot) Send(ctx context.Context, message Message) error {
	address := r.address.String()
	if r.Signed() {
		address = signed(r.address, r.secret, time.Now())
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(encode(message)))
	if err != nil {
		return r.unreachable(err)
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := r.client.Do(request)
	if err != nil {
		return r.unreachable(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return r.unreachable(err)
	}
	if response.StatusCode != http.StatusOK {
		return words.RelayStatus.With(r.Host(), response.StatusCode)
	}
	var answer struct {
		Code    *int   `json:"errcode"`
		Message string `json:"errmsg"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Code == nil {
		return words.RelayNoAnswer.With(r.Host())
	}
	if *answer.Code == 0 {
		return nil
	}
	return refusal(*answer.Code).With(*answer.Code, r.hide(cut(clean(answer.Message), longLimit)))
}

// unreachable words an error without the address: that of net/http repeats it, token and all.
func (r *Robot) unreachable(err error) error {
	if problem := (*url.Error)(nil); errors.As(err, &problem) {
		err = problem.Err
	}
	return words.RelayUnreachable.With(r.Host(), err)
}

// hide takes the secrets out of what DingTalk says.
func (r *Robot) hide(text string) string {
	for _, secret := range []string{r.address.Query().Get("access_token"), r.secret} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// refusals are the answers that say what has to be done
// (https://open.dingtalk.com/document/robots/custom-robot-access).
var refusals = map[int]words.Text{
	310000: words.RelayUnverified, // keyword, signature or address
	300001: words.RelayNoRobot, 300005: words.RelayNoRobot, 400013: words.RelayNoRobot,
	400101: words.RelayNoRobot, 400102: words.RelayNoRobot, 400106: words.RelayNoRobot,
	430101: words.RelayUnfit, 430102: words.RelayUnfit, 430103: words.RelayUnfit, 430104: words.RelayUnfit,
	130101: words.RelayTooFast, 410100: words.RelayTooFast, 660026: words.RelayTooFast,
}

func refusal(code int) words.Text {
	if text, ok := refusals[code]; ok {
		return text
	}
	return words.RelayRefused
}

// hopeless tells of a refusal whether the same message would be refused again at once.
func hopeless(err error) bool {
	return errors.Is(err, words.RelayUnverified.With()) || errors.Is(err, words.RelayNoRobot.With()) ||
		errors.Is(err, words.RelayUnfit.With())
}
