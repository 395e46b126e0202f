package relay

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestTheFilesOfARobot(t *testing.T) {
	const webhook = "https://oapi.dingtalk.com/robot/send?access_token=" + token
	for name, tc := range map[string]struct {
		webhook, secret string
		kind            words.Text
	}{
		"a robot":                     {webhook, "", words.Text{}},
		"a signed robot":              {webhook, secret, words.Text{}},
		"written by Windows":          {"\uFEFF" + webhook + "\r\n", "\uFEFF" + secret + "\r\n", words.Text{}},
		"on this host":                {"http://127.0.0.1:1/robot/send?access_token=" + token, "", words.Text{}},
		"over the network, readable":  {"http://oapi.dingtalk.com/robot/send?access_token=" + token, "", words.RelayNoWebhook},
		"no host":                     {"https:///robot/send?access_token=" + token, "", words.RelayNoWebhook},
		"no token":                    {"https://oapi.dingtalk.com/robot/send", secret, words.RelayNoWebhook},
		"the token alone":             {token, "", words.RelayNoWebhook},
		"no address":                  {"https://oapi.dingtalk.com:x/robot?access_token=" + token, "", words.RelayNoWebhook},
		"two lines":                   {webhook + "\n" + webhook, "", words.RelayNoWebhook},
		"empty":                       {"", "", words.RelayNoWebhook},
		"the secret is another thing": {webhook, token, words.RelayNoSecret},
		"the two changed places":      {secret, webhook, words.RelayNoWebhook},
	} {
		t.Run(name, func(t *testing.T) {
			path := ""
			if tc.secret != "" {
				path = secretFile(t, tc.secret)
			}
			robot, err := OpenRobot(secretFile(t, tc.webhook), path)
			if tc.kind == (words.Text{}) {
				require.NoError(t, err)
				require.Equal(t, tc.secret != "", robot.Signed())
				if robot.Signed() {
					require.Equal(t, secret, robot.secret)
				}
				return
			}
			require.ErrorIs(t, err, tc.kind.With())
			requireNoSecret(t, err.Error())
		})
	}
}

func requireNoSecret(t *testing.T, text string) {
	t.Helper()
	require.NotContains(t, text, token[:8])
	require.NotContains(t, text, secret[:8])
	require.NotContains(t, text, "sign=")
}
