//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/parts"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const mailPassword = "password of the test"

// alerting is Alertmanager with the relay, and what they send to.
type alerting struct {
	t     *testing.T
	url   string // of Alertmanager
	mails *mailServer
	robot *dingtalk
	// expected is how many mails and messages there should be of what tell waited for.
	expected int

	arguments []string // of Alertmanager
	output    *lockedBuffer
	cmd       *exec.Cmd
	said      *lockedBuffer // by the relay
	relay     *exec.Cmd
}

// newAlerting configures Alertmanager as deploy/alertmanager does, with the changes that a user
// makes and shorter times, and starts the relay.
func newAlerting(t *testing.T, language words.Language, mails *mailServer, robot *dingtalk) *alerting {
	part, err := parts.Find(t.Context(), "alertmanager")
	if err != nil {
		t.Skipf("needs a real alertmanager, see `make parts`: %v", err)
	}
	a := &alerting{t: t, mails: mails, robot: robot, output: &lockedBuffer{}, said: &lockedBuffer{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("mails: %q\nmessages: %q\nrelay said:\n%s\nAlertmanager said:\n%s", mails.subjects(), robot.titles(), a.said, a.output)
		}
	})
	dir := t.TempDir()
	keep := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	relayAddress := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	a.startRelay(relayAddress, language, keep("robot.url", robot.URL+"/robot/send?access_token="+robotToken), keep("robot.secret", robotSecret))

	for _, name := range []string{"cosyvoice.en.tmpl", "cosyvoice.zh.tmpl"} {
		keep(name, shipped(t, name))
	}
	conf := shipped(t, "alertmanager.yml")
	for _, change := range [][2]string{
		{"smtp.example.com:465", mails.listener.Addr().String()},
		// Alertmanager before 0.27 would take a line feed for a part of the password.
		{"/etc/alertmanager/smtp_password", keep("smtp_password", mails.password)},
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
	a.arguments = []string{part.Path, "--config.file", keep("alertmanager.yml", conf), "--storage.path", filepath.Join(dir, "data"),
		"--web.listen-address", address, "--cluster.listen-address=", "--log.level=debug"}
	return a
}

// startAlerting starts all of it, with a DingTalk that refuses the first messages.
func startAlerting(t *testing.T, language words.Language, refusals ...refusal) *alerting {
	a := newAlerting(t, language, newMailServer(t, mailPassword, 0), newDingtalk(t, refusals...))
	a.start()
	return a
}

// start starts Alertmanager, also again after stop.
func (a *alerting) start() {
	a.t.Helper()
	a.cmd = exec.Command(a.arguments[0], a.arguments[1:]...)
	a.cmd.Stdout, a.cmd.Stderr = a.output, a.output
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	startUntilEnd(a.t, a.cmd)
	a.answers(a.url + "/-/ready")
}

// stop ends Alertmanager as systemd does.
func (a *alerting) stop() {
	a.t.Helper()
	require.NoError(a.t, a.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(a.t, a.cmd.Wait())
}

func shipped(t *testing.T, name string) string {
	content, err := os.ReadFile(filepath.Join("..", "..", "deploy", "alertmanager", name))
	require.NoError(t, err)
	return string(content)
}

func (a *alerting) startRelay(address string, language words.Language, robotFile, secretFile string) {
	a.relay = exec.Command(program(a.t, "cosyvoicectl"), "relay", "--lang", string(language), "--listen", address,
		"--robot-file", robotFile, "--secret-file", secretFile)
	a.relay.Stdout, a.relay.Stderr = a.said, a.said
	a.relay.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	startUntilEnd(a.t, a.relay)
	a.answers("http://" + address + "/healthz")
}

// stopRelay ends it as systemd does. It told no secret to anybody.
func (a *alerting) stopRelay() {
	require.NoError(a.t, a.relay.Process.Signal(syscall.SIGTERM))
	require.NoError(a.t, a.relay.Wait())
	for _, said := range []string{a.said.String(), a.output.String()} {
		require.NotContains(a.t, said, robotToken)
		require.NotContains(a.t, said, robotSecret)
		require.NotContains(a.t, said, "sign=")
	}
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

func (a *alerting) eventually(what string, condition func() bool) {
	a.t.Helper()
	require.Eventually(a.t, condition, patience, 50*time.Millisecond, what)
}

// tell waits for mails and messages with these subjects, the newest of all.
func (a *alerting) tell(t *testing.T, subjects ...string) {
	t.Helper()
	a.expected += len(subjects)
	a.eventually("mails and messages", func() bool {
		return len(ofStories(a.mails.subjects())) >= a.expected && len(ofStories(a.robot.titles())) >= a.expected
	})
	for _, told := range [][]string{ofStories(a.mails.subjects()), ofStories(a.robot.titles())} {
		require.ElementsMatch(t, subjects, told[a.expected-len(subjects):])
	}
}

// ofStories leaves out what is told of the machine that the test runs on.
func ofStories(subjects []string) []string {
	return slices.DeleteFunc(subjects, func(subject string) bool { return !strings.HasPrefix(subject, "story-") })
}

// looksAgain waits until Alertmanager has looked at each group, the name of which holds a text,
// for some more times: what it would send twice it has sent then.
func (a *alerting) looksAgain(group string) {
	a.t.Helper()
	flushes := func() (n int) {
		for line := range strings.Lines(a.output.String()) {
			if strings.Contains(line, "msg=flushing") && strings.Contains(line, group) {
				n++
			}
		}
		return n
	}
	before := flushes()
	a.eventually("Alertmanager looks at "+group+" again", func() bool { return flushes() >= before+2 })
}
