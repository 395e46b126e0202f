package relay

import (
	"net"
	"net/url"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/files"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// OpenRobot reads the webhook of a robot and, unless its file's name is empty, the secret by
// which the robot knows who sends. No error repeats what stands in the files.
func OpenRobot(webhookFile, secretFile string) (*Robot, error) {
	webhook, err := files.Secret(webhookFile)
	if err != nil {
		return nil, err
	}
	address, err := url.Parse(webhook)
	if err != nil || !safeWay(address) || address.Query().Get("access_token") == "" {
		return nil, words.RelayNoWebhook.With(webhookFile)
	}
	robot := newRobot(*address)
	if secretFile == "" {
		return robot, nil
	}
	if robot.secret, err = files.Secret(secretFile); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(robot.secret, "SEC") {
		return nil, words.RelayNoSecret.With(secretFile)
	}
	return robot, nil
}

// safeWay tells whether the token may travel there: encrypted, or not beyond this host.
func safeWay(address *url.URL) bool {
	switch address.Scheme {
	case "https":
		return address.Host != ""
	case "http":
		return net.ParseIP(address.Hostname()).IsLoopback()
	}
	return false
}
