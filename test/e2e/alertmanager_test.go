//go:build e2e

package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/parts"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
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

// dingtalk stands in for DingTalk's server.
type dingtalk struct {
	*httptest.Server
	mu       sync.Mutex
	refusals int // how many messages are refused before the first is taken
	refused  int
	taken    []robotMessage
}

func newDingtalk(t *testing.T, refusals int) *dingtalk {
	d := &dingtalk{refusals: refusals}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		mac := hmac.New(sha256.New, []byte(robotSecret))
		fmt.Fprintf(mac, "%s\n%s", query.Get("timestamp"), robotSecret)
		var message robotMessage
		d.mu.Lock()
		defer d.mu.Unlock()
		switch {
		case d.refused < d.refusals:
			d.refused++
			fmt.Fprint(w, `{"errcode":310000,"errmsg":"ip not in whitelist"}`)
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

// alert is what is posted to Alertmanager.
type alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	EndsAt      time.Time         `json:"endsAt,omitzero"`
}

// hostile is what a log could say.
const hostile = "CUDA error\n\n# <b>x</b> <script>alert(1)</script> [refund](http://evil.example) @all **"

// alertOf is one as the diagnosis posts it.
func alertOf(language words.Language, code, severity string, labels ...string) alert {
	texts := causes.Find(code).In(language)
	a := alert{Labels: map[string]string{"alertname": code, "severity": severity}, Annotations: map[string]string{
		"title": texts.Title, "answer": texts.Answer, "evidence": hostile, "now": texts.Now, "lasting": texts.Lasting,
		"link": "http://127.0.0.1:3000/d/cosyvoice?var-host=" + labels[1],
	}}
	for i := 0; i < len(labels); i += 2 {
		a.Labels[labels[i]] = labels[i+1]
	}
	return a
}

// alerting is Alertmanager with the relay, and what they send to.
type alerting struct {
	t      *testing.T
	url    string
	mails  *mailServer
	robot  *dingtalk
	output *lockedBuffer // of Alertmanager
	relay  *lockedBuffer
	cmd    *exec.Cmd // of the relay
}

// startAlerting runs the configuration of deploy/alertmanager, with the changes that a user makes
// and shorter times.
func startAlerting(t *testing.T, language words.Language) *alerting {
	part, err := parts.Find(t.Context(), "alertmanager")
	if err != nil {
		t.Skipf("needs a real alertmanager, see `make parts`: %v", err)
	}
	a := &alerting{t: t, mails: newMailServer(t, "password of the test"), robot: newDingtalk(t, 2),
		output: &lockedBuffer{}, relay: &lockedBuffer{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("mails: %q\nmessages: %q\nrelay said:\n%s\nAlertmanager said:\n%s", a.mails.subjects(), a.robot.titles(), a.relay, a.output)
		}
	})
	dir := t.TempDir()
	keep := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	relayAddress := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	a.startRelay(relayAddress, language, keep("robot.url", a.robot.URL+"/robot/send?access_token="+robotToken), keep("robot.secret", robotSecret))

	for _, name := range []string{"cosyvoice.en.tmpl", "cosyvoice.zh.tmpl"} {
		keep(name, shipped(t, name))
	}
	conf := shipped(t, "alertmanager.yml")
	for _, change := range [][2]string{
		{"smtp.example.com:465", a.mails.listener.Addr().String()},
		// Alertmanager before 0.27 would take a line feed for a part of the password.
		{"/etc/alertmanager/smtp_password", keep("smtp_password", a.mails.password)},
		{"  - cosyvoice.en.tmpl", fmt.Sprintf("  - cosyvoice.%s.tmpl", language)},
		{"127.0.0.1:9095", relayAddress},
		{"group_wait: 30s", "group_wait: 1s"},
		{"group_interval: 5m", "group_interval: 2s"},
	} {
		require.Equal(t, 1, strings.Count(conf, change[0]), change[0])
		conf = strings.Replace(conf, change[0], change[1], 1)
	}
	address := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	a.url = "http://" + address
	cmd := exec.Command(part.Path, "--config.file", keep("alertmanager.yml", conf), "--storage.path", filepath.Join(dir, "data"),
		"--web.listen-address", address, "--cluster.listen-address=")
	cmd.Stdout, cmd.Stderr = a.output, a.output
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	startUntilEnd(t, cmd)
	a.answers(a.url + "/-/ready")
	return a
}

func shipped(t *testing.T, name string) string {
	content, err := os.ReadFile(filepath.Join("..", "..", "deploy", "alertmanager", name))
	require.NoError(t, err)
	return string(content)
}

func (a *alerting) startRelay(address string, language words.Language, robotFile, secretFile string) {
	a.cmd = exec.Command(program(a.t, "cosyvoicectl"), "relay", "--lang", string(language), "--listen", address,
		"--robot-file", robotFile, "--secret-file", secretFile)
	a.cmd.Stdout, a.cmd.Stderr = a.relay, a.relay
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	startUntilEnd(a.t, a.cmd)
	a.answers("http://" + address + "/healthz")
}

func (a *alerting) answers(url string) {
	a.t.Helper()
	require.Eventually(a.t, func() bool {
		response, err := http.Get(url)
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, patience, 20*time.Millisecond, url)
}

func (a *alerting) post(alerts ...alert) {
	a.t.Helper()
	body, err := json.Marshal(alerts)
	require.NoError(a.t, err)
	response, err := http.Post(a.url+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	require.NoError(a.t, err)
	defer response.Body.Close()
	require.Equal(a.t, http.StatusOK, response.StatusCode)
}

// suppressed are the alerts that Alertmanager keeps quiet about, as alertname@host.
func (a *alerting) suppressed() (names []string) {
	response, err := http.Get(a.url + "/api/v2/alerts?active=false")
	require.NoError(a.t, err)
	defer response.Body.Close()
	var alerts []struct {
		Labels map[string]string
		Status struct{ InhibitedBy []string }
	}
	require.NoError(a.t, json.NewDecoder(response.Body).Decode(&alerts))
	for _, one := range alerts {
		assert.NotEmpty(a.t, one.Status.InhibitedBy)
		names = append(names, one.Labels["alertname"]+"@"+one.Labels["host"])
	}
	slices.Sort(names)
	return names
}

func TestAlertmanager(t *testing.T) {
	for language, says := range map[words.Language]struct{ fires, over, text, html string }{
		words.English: {"Alert (error): ", "Resolved: ", "Do now:   ", "<b>Do now:</b> "},
		words.Chinese: {"告警（严重）：", "已恢复：", "现在怎么做：", "<b>现在怎么做：</b>"},
	} {
		t.Run(string(language), func(t *testing.T) {
			a := startAlerting(t, language)
			oom := alertOf(language, "gpu_out_of_memory", "error", "host", "gpu-box-1", "instance", "50000", "uuid", "GPU-1")
			milder := alertOf(language, "gpu_out_of_memory", "warning", "host", "gpu-box-1", "instance", "50000", "uuid", "GPU-1")
			a.post(oom, alertOf(language, "no_data", "error", "host", "silent-box"), alertOf(language, "gpu_lost", "error", "host", "gpu-box-2", "uuid", "GPU-2"))
			a.post(milder, alertOf(language, "gpu_memory_leak", "warning", "host", "silent-box", "instance", "50000"),
				alertOf(language, "gpu_xid", "error", "host", "gpu-box-2", "uuid", "GPU-2"),
				alertOf(language, "crash_loop", "error", "host", "gpu-box-2", "instance", "50000"))
			a.eventually("what follows from something else is kept quiet", func() bool {
				return slices.Equal(a.suppressed(), []string{"gpu_memory_leak@silent-box", "gpu_out_of_memory@gpu-box-1", "gpu_xid@gpu-box-2"})
			})

			var told []string
			for _, one := range []struct{ host, code string }{
				{"gpu-box-1", "gpu_out_of_memory"}, {"silent-box", "no_data"}, {"gpu-box-2", "gpu_lost"}, {"gpu-box-2", "crash_loop"},
			} {
				told = append(told, one.host+" "+says.fires+causes.Find(one.code).In(language).Title)
			}
			a.eventually("all are told", func() bool { return len(a.mails.subjects()) >= 4 && len(a.robot.titles()) >= 4 })
			require.ElementsMatch(t, told, a.mails.subjects())
			require.ElementsMatch(t, told, a.robot.titles(), "each once, though some were refused at first")
			require.Contains(t, a.relay.String(), "310000 ip not in whitelist")

			texts := causes.Find("gpu_out_of_memory").In(language)
			mail := a.mails.about(texts.Title)[0]
			require.Equal(t, "operators@example.com", mail.to)
			for _, text := range []string{says.fires + texts.Title, texts.Answer, says.text + texts.Now, texts.Lasting,
				"CUDA error # <b>x</b>", "http://127.0.0.1:3000/d/cosyvoice?var-host=gpu-box-1"} {
				require.Contains(t, mail.text, text)
			}
			for _, text := range []string{says.fires + texts.Title, texts.Answer, says.html + texts.Now, texts.Lasting,
				"&lt;script&gt;alert(1)&lt;/script&gt;", `<a href="http://127.0.0.1:3000/d/cosyvoice?var-host=gpu-box-1">`} {
				require.Contains(t, mail.html, text)
			}
			require.NotContains(t, mail.html, "<script>")
			message := a.robot.about(texts.Title)[0]
			require.Equal(t, "markdown", message.Type)
			for _, text := range []string{texts.Answer, `\# ＜b＞x＜/b＞`, `\[refund\]\(http://evil.example\) ＠all \*\*`,
				"[127.0.0.1:3000](http://127.0.0.1:3000/d/cosyvoice?var-host=gpu-box-1)"} {
				require.Contains(t, message.Markdown.Text, text)
			}

			oom.EndsAt, milder.EndsAt = time.Now(), time.Now()
			a.post(oom, milder)
			over := "gpu-box-1 " + says.over + texts.Title
			a.eventually("its end is told", func() bool { return len(a.mails.about(says.over)) > 0 && len(a.robot.about(says.over)) > 0 })
			for _, all := range [][]string{a.mails.subjects(), a.robot.titles()} {
				require.Len(t, all, 5)
				require.Contains(t, all[4], over)
			}
			a.stopRelay()
		})
	}
}

func (a *alerting) eventually(what string, condition func() bool) {
	a.t.Helper()
	require.Eventually(a.t, condition, patience, 50*time.Millisecond, what)
}

// stopRelay ends it as systemd does. It told no secret to anybody.
func (a *alerting) stopRelay() {
	require.NoError(a.t, a.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(a.t, a.cmd.Wait())
	for _, said := range []string{a.relay.String(), a.output.String()} {
		require.NotContains(a.t, said, robotToken)
		require.NotContains(a.t, said, robotSecret)
		require.NotContains(a.t, said, "sign=")
	}
}
