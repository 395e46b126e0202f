package execd

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQueueKeepsOrderInAtomicBatches(t *testing.T) {
	q := newQueue(func(int) { t.Error("dropped") })
	var want bytes.Buffer
	for n := range 1000 {
		line := fmt.Sprintf("line %d\n", n)
		q.add([]byte(line))
		want.WriteString(line)
	}
	const pipeBuf = 4096 // PIPE_BUF of linux/limits.h
	var got bytes.Buffer
	points := 0
	for b, ok := q.take(); ok; b, ok = q.take() {
		require.LessOrEqual(t, len(b.data), pipeBuf)
		require.True(t, bytes.HasSuffix(b.data, []byte("\n")))
		got.Write(b.data)
		points += b.points
	}
	require.Equal(t, want.String(), got.String())
	require.Equal(t, 1000, points)
}

func TestQueueIsBounded(t *testing.T) {
	dropped, total := 0, 0
	q := newQueue(func(points int) { dropped += points })
	line := []byte(strings.Repeat("x", 99) + "\n")
	for range 3 * queueBytes / len(line) {
		q.add(line)
		total++
		require.LessOrEqual(t, q.bytes, queueBytes)
	}
	kept, keptBytes := 0, 0
	for b, ok := q.take(); ok; b, ok = q.take() {
		kept += b.points
		keptBytes += len(b.data)
	}
	require.Equal(t, total, kept+dropped)
	require.Greater(t, keptBytes, queueBytes-2*batchBytes)
	require.Zero(t, q.bytes)
}

func TestQueueTakesALineOfAnySize(t *testing.T) {
	q := newQueue(func(int) {})
	huge := bytes.Repeat([]byte("x"), 2*queueBytes)
	q.add([]byte("small\n"))
	q.add(huge)
	b, ok := q.take()
	require.True(t, ok)
	require.Len(t, b.data, len(huge))
}
