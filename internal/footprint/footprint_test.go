package footprint

import (
	"encoding/json"
	"testing"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/require"
)

func TestTrim(t *testing.T) {
	self, err := procfs.Self()
	require.NoError(t, err)
	before, err := self.NewStatus()
	require.NoError(t, err)
	Trim()
	after, err := self.NewStatus()
	require.NoError(t, err)
	require.Less(t, after.RssFile, before.RssFile)
	text, err := json.Marshal(map[string]int{"still": 1})
	require.NoError(t, err)
	require.JSONEq(t, `{"still":1}`, string(text))
}
