package wal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOldCopiesAreDropped(t *testing.T) {
	dir, segments := writeLog(t, 2, 10)
	require.NoError(t, os.Truncate(segments[0], 9))
	aside := filepath.Join(dir, AsideDir)
	require.NoError(t, os.Mkdir(aside, 0o750))
	const size = AsideLimit/2 - 100
	names := []string{"20260101T000000.000000000Z-a-1", "20260102T000000.000000000Z-a-1", "20260103T000000.000000000Z-a-1"}
	for _, name := range names {
		require.NoError(t, os.WriteFile(filepath.Join(aside, name), nil, 0o640))
		require.NoError(t, os.Truncate(filepath.Join(aside, name), size))
	}

	report, err := Repair(dir)
	require.NoError(t, err)

	require.Equal(t, Dropped{Files: 1, Bytes: size}, report.Dropped)
	require.NoFileExists(t, filepath.Join(aside, names[0]))
	require.FileExists(t, filepath.Join(aside, names[1]))
	require.FileExists(t, filepath.Join(aside, names[2]))
	require.FileExists(t, report.Buffers[0].Aside[0].File, "what is cut out now is kept")
	require.Empty(t, repair(t, dir))
}
