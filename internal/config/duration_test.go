package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"500ms": 500 * time.Millisecond,
		"1m30s": 90 * time.Second,
		"-1s":   -time.Second,
		"10":    10 * time.Second,
		"2.5":   2500 * time.Millisecond,
	} {
		var got Duration
		require.NoError(t, got.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, time.Duration(got), text)
	}
	for _, text := range []string{"", "soon", "true", "inf", "nan", "1e300", "10 s"} {
		got := Duration(7)
		require.Error(t, got.UnmarshalText([]byte(text)), text)
		require.Equal(t, Duration(7), got, text)
	}
}
