package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/wal"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestWhatIsDroppedOfOldRepairsIsSaid(t *testing.T) {
	folder := Folder(t.TempDir())
	aside := filepath.Join(folder.buffer(), wal.AsideDir)
	require.NoError(t, os.MkdirAll(aside, 0o750))
	old := filepath.Join(aside, "20260101T000000.000000000Z-a-1")
	require.NoError(t, os.WriteFile(old, nil, 0o640))
	require.NoError(t, os.Truncate(old, 2*wal.AsideLimit))
	var said strings.Builder
	repairBuffer(folder, words.NewPrinter(&said, words.English))
	require.Contains(t, said.String(), aside+" the oldest were removed (1 files, 200 MiB); the newest 100 MiB are kept")
	require.NoFileExists(t, old)
}
