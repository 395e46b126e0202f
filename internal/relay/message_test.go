package relay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestAMessageInChinese(t *testing.T) {
	message := (&Style{Language: words.Chinese}).Compose(outOfMemory())
	require.Equal(t, "gpu-box-1 告警（严重）：显存不足", message.Markdown.Title)
	require.Equal(t, `### 告警（严重）：显存不足

主机 gpu-box-1 · 服务 50000 · 显卡 GPU-8f6a · 始于 2026-11-23 17:03:14

合成失败，因为显卡没有足够的显存。

- **依据：** 申请的显存 1.2 GiB，显卡剩余 0.3 GiB
- **现在怎么做：** 释放缓存或暂停新请求。
- **如何根治：** 限制并发请求数。
- **详情：** [192.0.2.7:3000](http://192.0.2.7:3000/d/gpu?var-host=gpu-box-1)`, message.Markdown.Text)
	require.JSONEq(t, `{"msgtype":"markdown","markdown":{"title":"gpu-box-1 告警（严重）：显存不足","text":`+
		string(encode(message.Markdown.Text))+`}}`, string(encode(message)))
}

func TestWhatIsOverIsToldInWords(t *testing.T) {
	for language, want := range map[words.Language]string{
		words.Chinese: "### 已恢复：显存不足\n\n主机 gpu-box-1 · 服务 50000 · 显卡 GPU-8f6a · 2026-11-23 17:03:14 至 2026-11-23 17:20:14（历时 17 分 0 秒）",
		words.English: "### Resolved: 显存不足\n\nhost gpu-box-1 · server 50000 · GPU GPU-8f6a · from 2026-11-23 17:03:14 to 2026-11-23 17:20:14 (17 min 0 s)",
	} {
		require.Equal(t, want, (&Style{Language: language, Mobiles: []string{"13800000000"}}).Compose(resolved(outOfMemory())).Markdown.Text)
	}
}

func TestWhatFiresIsToldFirst(t *testing.T) {
	n := resolved(outOfMemory())
	still := outOfMemory().Alerts[0]
	still.Labels["instance"] = "50001"
	n.Status, n.Alerts = firing, append(n.Alerts, still)
	message := (&Style{Language: words.Chinese}).Compose(n)
	require.Equal(t, "gpu-box-1 告警（严重）：显存不足（共 2 条）", message.Markdown.Title)
	require.Regexp(t, `(?s)^### 告警（严重）：.* 服务 50001 .*### 已恢复：.* 服务 50000 `, message.Markdown.Text)
}

func TestAlertsOfOthers(t *testing.T) {
	compose := func(a Alert) Message {
		a.Status, a.StartsAt = firing, began
		return (&Style{Language: words.English}).Compose(&Notification{Alerts: []Alert{a}})
	}
	told := compose(Alert{Labels: map[string]string{"alertname": "HighLoad", "severity": "critical", "team": "web"},
		Annotations: map[string]string{"summary": "Load is 12", "description": "Too many\nrequests.", "title": " "}})
	require.Equal(t, "Alert (critical): Load is 12", told.Markdown.Title)
	require.Equal(t, "### Alert (critical): Load is 12\n\nsince 2026-11-23 17:03:14\n\nToo many requests.", told.Markdown.Text)

	told = compose(Alert{Labels: map[string]string{"alertname": "HighLoad", "team": "web", "dc": "a_1"}})
	require.Equal(t, "### Alert: HighLoad\n\nsince 2026-11-23 17:03:14\n\n- **Labels:** dc=a\\_1, team=web", told.Markdown.Text)

	told = compose(Alert{})
	require.Equal(t, "Alert: ?", told.Markdown.Title)
}

func TestKeyword(t *testing.T) {
	require.Equal(t, "CosyVoice gpu-box-1 告警（严重）：显存不足",
		(&Style{Language: words.Chinese, Keyword: "CosyVoice"}).Compose(outOfMemory()).Markdown.Title)
	require.Equal(t, "gpu-box-1 告警（严重）：显存不足",
		(&Style{Language: words.Chinese, Keyword: "显存"}).Compose(outOfMemory()).Markdown.Title, "it has the keyword")
}

func TestWhoIsCalled(t *testing.T) {
	style := &Style{Language: words.Chinese, Mobiles: []string{"13800000000", "13900000000"}}
	message := style.Compose(outOfMemory())
	require.Equal(t, style.Mobiles, message.At.Mobiles)
	require.True(t, strings.HasSuffix(message.Markdown.Text, "\n\n@13800000000\n\n@13900000000"))
	warning := outOfMemory()
	warning.Alerts[0].Labels["severity"] = "warning"
	for _, n := range []*Notification{warning, resolved(outOfMemory())} {
		message := style.Compose(n)
		require.Empty(t, message.At.Mobiles)
		require.NotContains(t, message.Markdown.Text, "@")
	}
}

func TestMoreAlertsThanFit(t *testing.T) {
	n := outOfMemory()
	n.Truncated = 7
	for i := range 99 {
		another := outOfMemory().Alerts[0]
		another.Labels["instance"] = fmt.Sprint(50001 + i)
		another.Annotations["evidence"] = strings.Repeat("&\"\\", 200)
		n.Alerts = append(n.Alerts, another)
	}
	message := (&Style{Language: words.Chinese}).Compose(n)
	require.Equal(t, "gpu-box-1 告警（严重）：显存不足（共 107 条）", message.Markdown.Title)
	told := strings.Count(message.Markdown.Text, "### ")
	require.Greater(t, told, 3)
	require.Contains(t, message.Markdown.Text, fmt.Sprintf("另有 %d 条告警未在此显示", 107-told))
	require.LessOrEqual(t, len(encode(message)), 20_000)
}

// FuzzCompose puts what is hostile wherever something can stand, and looks whether the message
// still has the form that it has with harmless texts.
func FuzzCompose(f *testing.F) {
	f.Add("x", "y")
	f.Add("a\n\n# b\n- [c](http://d) @all", strings.Repeat("&\\\"[](", 1000))
	f.Add("\xff\u202e", "http://a/) @all")
	f.Add(strings.Repeat("&", 1000), strings.Repeat("&", 1000))
	f.Fuzz(func(t *testing.T, one, two string) {
		n := outOfMemory()
		a := &n.Alerts[0]
		for i, name := range []string{"title", "answer", "evidence", "now", "lasting"} {
			a.Annotations[name] = []string{one, two}[i%2]
		}
		for i, name := range []string{"alertname", "severity", "host", "instance", "uuid", two} {
			a.Labels[name] = []string{one, two}[i%2]
		}
		a.Annotations["link"] = "http://a/" + two
		message := (&Style{Language: words.English}).Compose(n)

		encoded := encode(message)
		require.LessOrEqual(t, len(encoded), 20_000)
		require.True(t, json.Valid(encoded))
		require.True(t, utf8.ValidString(message.Markdown.Title+message.Markdown.Text))
		require.NotRegexp(t, `[\n\r@<>]`, message.Markdown.Title)
		require.LessOrEqual(t, utf8.RuneCountInString(message.Markdown.Title), titleLimit)
		require.Empty(t, message.At.Mobiles)
		for i, line := range strings.Split(strings.TrimRight(message.Markdown.Text, "\n"), "\n") {
			if i == 0 {
				line = strings.TrimPrefix(line, "### ")
				require.True(t, strings.HasPrefix(line, "Alert"))
				line = strings.NewReplacer("Alert (", "", "): ", "").Replace(line)
			} else if item, ok := strings.CutPrefix(line, "- **"); ok {
				heading, rest, _ := strings.Cut(item, ":** ")
				require.True(t, slices.Contains([]string{"Evidence", "Do now", "For good", "Details", "Labels"}, heading), line)
				if line = rest; heading == "Details" {
					require.Regexp(t, `^\[a\]\(http://a/[^()\[\]\\ ]*\)$`, line)
					continue
				}
			}
			marks, _ := bare(line)
			require.Empty(t, marks, "%q", line)
		}
	})
}
