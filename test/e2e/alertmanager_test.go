//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

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
			a := startAlerting(t, language, wrongAddress, wrongAddress)
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
			require.Contains(t, a.said.String(), "310000 ip not in whitelist")

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
