package relay

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Message is what a group robot of DingTalk takes.
type Message struct {
	Type     string   `json:"msgtype"`
	Markdown Markdown `json:"markdown"`
	At       At       `json:"at,omitzero"`
}

// Markdown is a text, and the title that the list of conversations and the phone's notice show.
type Markdown struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// At names whom the message calls.
type At struct {
	Mobiles []string `json:"atMobiles,omitempty"`
}

// Style is how messages are written.
type Style struct {
	Language words.Language
	Keyword  string   // that the robot asks for; may be empty
	Mobiles  []string // of whom to call when something is an error
}

// DingTalk takes 20,000 bytes. textLimit leaves room for the title and the mobiles; an alert's
// texts, each bounded by its limit in characters, always fit.
const (
	textLimit  = 16_000
	titleLimit = 100
	shortLimit = 100
	longLimit  = 400
)

// Compose tells a notification, first what fires. Not more of its alerts are told than fit into
// a message.
func (s *Style) Compose(n *Notification) Message {
	alerts := slices.Clone(n.Alerts)
	slices.SortStableFunc(alerts, func(a, b Alert) int {
		return strings.Compare(a.Status, b.Status) // "firing" before "resolved"
	})
	first := &alerts[0]
	title := s.heading(first, plain)
	if host := first.Labels["host"]; host != "" {
		title = plain(host) + " " + title
	}
	if all := len(alerts) + n.Truncated; all > 1 {
		title += s.say(words.RelayOfSeveral, all)
	}
	var text string
	told := 0
	for i := range alerts {
		block := s.alert(&alerts[i])
		if len(encode(text+block)) > textLimit {
			break
		}
		text += block
		told++
	}
	if left := len(alerts) - told + n.Truncated; left > 0 {
		text += s.say(words.RelayLeftOut, left) + "\n\n"
	}
	message := Message{Type: "markdown", Markdown: Markdown{Title: cut(title, titleLimit), Text: strings.TrimSpace(text)}}
	if slices.ContainsFunc(alerts, func(a Alert) bool { return a.firing() && a.Labels["severity"] == "error" }) {
		message.At.Mobiles = s.Mobiles
		for _, mobile := range s.Mobiles {
			message.Markdown.Text += "\n\n@" + mobile // only who is named here too is called
		}
	}
	if !strings.Contains(message.Markdown.Text, s.Keyword) && !strings.Contains(message.Markdown.Title, s.Keyword) {
		message.Markdown.Title = s.Keyword + " " + message.Markdown.Title
	}
	return message
}

// encode gives the JSON of a text or a message. Go would write & as six characters, for browsers.
func encode(what any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(what) // texts always can be encoded
	return b.Bytes()
}

func (s *Style) say(text words.Text, args ...any) string { return text.With(args...).In(s.Language) }

var severities = map[string]words.Text{
	"info": words.RelayInfo, "warning": words.RelayWarning, "error": words.RelayError,
}

// heading says whether it fires, how severe it is and what it is, in words that need no colour.
func (s *Style) heading(a *Alert, safe func(string) string) string {
	name := safe(cut(a.name(), shortLimit))
	if !a.firing() {
		return s.say(words.RelayResolved, name)
	}
	severity := safe(cut(a.Labels["severity"], shortLimit))
	if known, ok := severities[severity]; ok {
		severity = known.In(s.Language)
	}
	if severity == "" {
		return s.say(words.RelayFiring, name)
	}
	return s.say(words.RelayFiringSeverity, severity, name)
}

// alert is all that is said of one. What is over needs no advice.
func (s *Style) alert(a *Alert) string {
	text := "### " + s.heading(a, escape) + "\n\n" + s.where(a) + "\n\n"
	if !a.firing() {
		return text
	}
	if answer := a.first("answer", "description"); answer != "" {
		text += escape(cut(answer, longLimit)) + "\n\n"
	}
	for _, part := range []struct {
		heading words.Text
		text    string
	}{
		{words.RelayEvidence, escape(cut(a.first("evidence"), longLimit))},
		{words.CauseNow, escape(cut(a.first("now"), longLimit))},
		{words.CauseLasting, escape(cut(a.first("lasting"), longLimit))},
		{words.RelayDetails, link(a.Annotations["link"])},
		{words.RelayLabels, s.others(a)},
	} {
		if part.text != "" {
			text += s.say(words.RelayItem, part.heading.In(s.Language), part.text) + "\n"
		}
	}
	return text + "\n"
}

// where says which host, server and card it is about, and when it was.
func (s *Style) where(a *Alert) string {
	var facts []string
	for _, fact := range []struct {
		text  words.Text
		label string
	}{{words.RelayHost, "host"}, {words.RelayInstance, "instance"}, {words.RelayGPU, "uuid"}} {
		if value := clean(a.Labels[fact.label]); value != "" {
			facts = append(facts, s.say(fact.text, escape(cut(value, shortLimit))))
		}
	}
	since := a.StartsAt.Local().Format(time.DateTime)
	if a.firing() {
		facts = append(facts, s.say(words.RelaySince, since))
	} else {
		lasted := words.Span(max(0, a.EndsAt.Sub(a.StartsAt).Seconds()))
		facts = append(facts, s.say(words.RelayLasted, since, a.EndsAt.Local().Format(time.DateTime), lasted.In(s.Language)))
	}
	return strings.Join(facts, " · ")
}

// others are the labels of an alert that says nothing of itself.
func (s *Style) others(a *Alert) string {
	if a.first("answer", "description", "evidence", "now") != "" {
		return ""
	}
	var labels []string
	for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
		if !slices.Contains([]string{"alertname", "severity", "host", "instance", "uuid"}, name) {
			labels = append(labels, name+"="+a.Labels[name])
		}
	}
	return escape(cut(clean(strings.Join(labels, ", ")), longLimit))
}
