// Package relay hands Alertmanager's notifications on to a group robot of DingTalk.
package relay

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Notification is what Alertmanager posts to a webhook, as far as it is told on.
type Notification struct {
	Version   string  `json:"version"`
	GroupKey  string  `json:"groupKey"`
	Status    string  `json:"status"`
	Alerts    []Alert `json:"alerts"`
	Truncated int     `json:"truncatedAlerts"` // alerts that Alertmanager left out (max_alerts)
}

// Alert is one alert of a notification.
type Alert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
}

const (
	// webhookVersion is the only one that Alertmanager has had since 2016.
	webhookVersion = "4"
	firing         = "firing"
)

// parse reads the body of a webhook.
func parse(body []byte) (*Notification, error) {
	var n Notification
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, words.RelayNoJSON.With(err)
	}
	if n.Version != webhookVersion || len(n.Alerts) == 0 {
		return nil, words.RelayNoNotification.With(n.Version, len(n.Alerts), webhookVersion)
	}
	return &n, nil
}

func (a *Alert) firing() bool { return a.Status == firing }

// digest identifies something in a fixed size.
type digest [sha256.Size]byte

// group is the group of alerts that the notification is about.
func (n *Notification) group() digest { return sha256.Sum256([]byte(n.GroupKey)) }

// state is what is said of the group: which alerts there are, since when, and whether they fire.
// Annotations are left out, as Alertmanager does: figures in them change all the time.
func (n *Notification) state() digest {
	alerts := make([]string, 0, len(n.Alerts))
	for i := range n.Alerts {
		a := &n.Alerts[i]
		// Maps of strings always can be encoded, in the order of their keys.
		labels, _ := json.Marshal(a.Labels)
		alerts = append(alerts, fmt.Sprintf("%q %d %s", a.Status, a.StartsAt.UnixNano(), labels))
	}
	slices.Sort(alerts)
	return sha256.Sum256(fmt.Appendf(nil, "%q %q", n.Status, alerts))
}

// first is the first text that is there.
func (a *Alert) first(annotations ...string) string {
	for _, name := range annotations {
		if text := clean(a.Annotations[name]); text != "" {
			return text
		}
	}
	return ""
}

// name is what the alert is about, in a few words.
func (a *Alert) name() string {
	return cmp.Or(a.first("title", "summary"), clean(a.Labels["alertname"]), "?")
}
