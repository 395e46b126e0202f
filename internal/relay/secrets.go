package relay

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// secretLimit is more than any secret here is long, in bytes.
const secretLimit = 4 << 10

// readSecret reads a file that nobody but its owner may read.
func readSecret(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", words.RelaySecretOpen.With(path, mode, path)
	}
	content, err := io.ReadAll(io.LimitReader(file, secretLimit))
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	// Editors on Windows begin a file with a mark of the byte order.
	return strings.TrimSpace(strings.TrimPrefix(string(content), "\uFEFF")), nil
}

// OpenRobot reads the webhook of a robot and, unless its file's name is empty, the secret by
// which the robot knows who sends. No error repeats what stands in the files.
func OpenRobot(webhookFile, secretFile string) (*Robot, error) {
	webhook, err := readSecret(webhookFile)
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
	if robot.secret, err = readSecret(secretFile); err != nil {
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
