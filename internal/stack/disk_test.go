package stack

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestCheckSpace(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, checkSpace(dir, 1))
	err := checkSpace(dir, 1<<62)
	require.ErrorIs(t, err, words.DiskFull.With())
	require.ErrorContains(t, err, "The disk of "+dir+" has only ")
	require.ErrorContains(t, err, "need at least 4398046511104 MiB")
	require.ErrorContains(t, checkSpace(filepath.Join(dir, "none"), 1), "no such file")
}
