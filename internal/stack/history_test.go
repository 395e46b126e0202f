package stack

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// emptyFolder is as `up` makes it before anything is started.
func emptyFolder(t *testing.T) Folder {
	folder := Folder(t.TempDir())
	require.NoError(t, folder.create())
	require.NoError(t, os.Mkdir(folder.demo(), 0o700))
	return folder
}

func TestHistoryIsMadeUpOnlyWhereNothingIs(t *testing.T) {
	const month = 30 * 24 * time.Hour
	data := func(t *testing.T, f Folder) {
		require.NoError(t, os.WriteFile(filepath.Join(f.influxData(), "influxd.bolt"), nil, 0o600))
	}
	noted := func(done bool) func(*testing.T, Folder) {
		return func(t *testing.T, f Folder) {
			data(t, f)
			require.NoError(t, f.noteHistory(historyNote{Seed: 5, Done: done}))
		}
	}
	nothing := func(*testing.T, Folder) {}
	for _, test := range []struct {
		name      string
		history   time.Duration
		simulated Simulated
		before    func(*testing.T, Folder)
		seed      uint64 // of what is filled, 0 for nothing
		err       error
	}{
		{"a new demo", month, allSimulated, nothing, 3, nil},
		{"not asked for", 0, allSimulated, data, 0, nil},
		{"a real card", month, Simulated{Server: true}, nothing, 0, words.HistoryNeedsStandIns.With()},
		{"a real server", month, Simulated{GPU: true}, nothing, 0, words.HistoryNeedsStandIns.With()},
		{"data", month, allSimulated, data, 0, words.HistoryNotEmpty.With()},
		{"a history", month, allSimulated, noted(true), 0, words.HistoryThere.With()},
		{"a history, and no other", 0, allSimulated, noted(true), 0, nil},
		{"one that was cut off", month, allSimulated, noted(false), 5, nil},
		{"one that was cut off is done without being asked for", 0, allSimulated, noted(false), 5, nil},
		{"one that was cut off, and a real card since", 0, Simulated{Server: true}, noted(false), 0, words.HistoryNeedsStandIns.With()},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := emptyFolder(t)
			test.before(t, folder)
			note, err := prepareHistory(Options{Folder: folder, History: test.history, Seed: 3}, test.simulated)
			require.ErrorIs(t, err, test.err)
			if test.seed == 0 {
				require.Nil(t, note)
				return
			}
			require.Equal(t, test.seed, note.Seed)
			again, err := folder.notedHistory()
			require.NoError(t, err)
			require.Equal(t, note, again)
		})
	}
}

// TestHistoryIsAsLongAsThePointsAreKept asks for more than the settings keep.
func TestHistoryIsAsLongAsThePointsAreKept(t *testing.T) {
	folder := emptyFolder(t)
	require.NoError(t, os.WriteFile(folder.SettingsFile(), []byte("[retention]\nraw = \"5d\"\nminutes = \"10d\"\nhours = \"20d\"\n"), 0o600))
	note, err := prepareHistory(Options{Folder: folder, History: 30 * 24 * time.Hour}, allSimulated)
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().Add(-20*24*time.Hour), note.From, time.Hour+10*time.Minute)
	assert.Less(t, time.Since(note.From), 20*24*time.Hour)
}

// TestRealMonitoringGivesAHistoryUp that was cut off: nothing is filled beside what is measured.
func TestRealMonitoringGivesAHistoryUp(t *testing.T) {
	folder := emptyFolder(t)
	require.NoError(t, folder.noteHistory(historyNote{}))
	require.NoError(t, os.WriteFile(filepath.Join(folder.influxData(), "influxd.bolt"), nil, 0o600))
	require.NoError(t, folder.giveUpHistory())
	require.NoError(t, folder.giveUpHistory())
	note, err := prepareHistory(Options{Folder: folder}, allSimulated)
	require.NoError(t, err)
	require.Nil(t, note)
}
