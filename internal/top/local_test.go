package top

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// plugin is a program that does what a script says.
func plugin(t *testing.T, script string) string {
	path := filepath.Join(t.TempDir(), "plugin")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755))
	return path
}

func TestLocalReadsWhatThePluginPrints(t *testing.T) {
	// The last line comes when the arguments are right, and the program goes on until its input ends.
	program := plugin(t, `echo 'system_metrics,service=cosyvoice3 cpu_usage_percent=12.5,load1=1 1760000000000000000'
echo 'cosyvoice_service,instance=50000 up=1i,state="ready" 1760000000000000000'
[ "$*" = "--aside --interval 2s --config c.conf" ] && echo 'cosyvoice_event,kind=start message="it \"starts\", now" 1760000000000000001'
cat >/dev/null`)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var points []Point
	require.NoError(t, Local{Plugin: program, Config: "c.conf", Host: "studio", Every: 2 * time.Second}.Watch(ctx, func(n News) {
		if points = append(points, n.Points...); len(points) == 3 {
			cancel()
		}
	}))
	require.Len(t, points, 3)
	assert.Equal(t, Point{"system_metrics", time.Unix(1760000000, 0), map[string]string{"host": "studio", "service": "cosyvoice3"}, map[string]any{"cpu_usage_percent": 12.5, "load1": 1.0}},
		Point{points[0].Measurement, points[0].Time.Local(), points[0].Tags, points[0].Fields})
	assert.Equal(t, map[string]any{"up": int64(1), "state": "ready"}, points[1].Fields)
	assert.Equal(t, `it "starts", now`, points[2].text("message"))
}

func TestLocalTellsWhyThePluginEnded(t *testing.T) {
	program := plugin(t, "echo 'E! the settings are bad' >&2; exit 3")
	err := Local{Plugin: program, Every: time.Second}.Watch(t.Context(), func(News) {})
	require.ErrorIs(t, err, words.TopLocalEnded.With())
	assert.ErrorContains(t, err, "exit status 3")
	assert.ErrorContains(t, err, "E! the settings are bad")

	err = Local{Plugin: plugin(t, "echo 'no point'"), Every: time.Second}.Watch(t.Context(), func(News) {})
	assert.ErrorContains(t, err, `reading the plugin's line "no point"`)

	err = Local{Plugin: filepath.Join(t.TempDir(), "none"), Every: time.Second}.Watch(t.Context(), func(News) {})
	assert.ErrorContains(t, err, "starting the plugin")
}
