package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoffDoublesAndBeginsAnew(t *testing.T) {
	b := backoff{pacing: defaultPacing}
	var pauses []time.Duration
	for range 7 {
		pauses = append(pauses, b.ended(10*time.Second)/time.Second)
	}
	require.Equal(t, []time.Duration{1, 2, 4, 8, 16, 30, 30}, pauses)
	require.Equal(t, time.Second, b.ended(2*time.Minute))
}

func TestBackoffIsHopelessAfterQuickEndsInARow(t *testing.T) {
	b := backoff{pacing: defaultPacing}
	for _, lived := range []time.Duration{0, time.Second, 10 * time.Second, 0, time.Second} {
		b.ended(lived)
		require.False(t, b.hopeless())
	}
	b.ended(0)
	require.True(t, b.hopeless())
}
