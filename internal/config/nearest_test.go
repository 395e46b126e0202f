package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	candidates := []string{"gpu", "port", "ports", "timeout"}
	for name, want := range map[string]string{
		"prot":     "port",
		"port":     "port",
		"TimeOuts": "timeout",
		"gpus":     "gpu",
		"timer":    "",
		"":         "",
	} {
		require.Equal(t, want, nearest(name, candidates), name)
	}
	require.Empty(t, nearest("xy", []string{"io"}), "all letters differ")
}
