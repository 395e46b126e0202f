package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "24h": day, "30d": 30 * day, "1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute, "730d": 730 * day,
	} {
		var d duration
		require.NoError(t, d.Set(text), text)
		assert.Equal(t, want, time.Duration(d), text)
		var again duration
		require.NoError(t, again.Set(d.String()), "%s is written as %s", text, &d)
		assert.Equal(t, d, again, text)
	}
	for _, text := range []string{"", "d", "0s", "0d", "-1h", "-1d", "+1h", "1d-1h", "1d+1h", "1.5d", "30", "3w", "99999d"} {
		var d duration
		assert.Error(t, d.Set(text), text)
	}
	for length, want := range map[time.Duration]string{0: "", 2 * time.Second: "2s", day: "24h", 90 * time.Minute: "1h30m", 10 * time.Minute: "10m", 61 * time.Second: "1m1s"} {
		d := duration(length)
		assert.Equal(t, want, d.String())
	}
}
