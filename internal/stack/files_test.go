package stack

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func newFolder(t *testing.T) Folder {
	folder := Folder(filepath.Join(t.TempDir(), "state"))
	require.NoError(t, folder.create())
	return folder
}

func TestFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	err := Folder(filepath.Join(file, "state")).create()
	require.ErrorIs(t, err, words.FolderUnusable.With())
	require.ErrorIs(t, err, syscall.ENOTDIR)
	require.ErrorContains(t, err, "--state")
}

func TestFolderThatCannotBeRead(t *testing.T) {
	folder := newFolder(t)
	require.NoError(t, os.Mkdir(folder.runFile(), 0o700))
	_, err := Inspect(t.Context(), folder)
	require.ErrorIs(t, err, words.FolderUnreadable.With())
}

func TestFolderIsLockedOnce(t *testing.T) {
	folder := newFolder(t)
	release, err := folder.lock()
	require.NoError(t, err)
	_, err = folder.lock()
	require.ErrorIs(t, err, words.FolderInUse.With())
	require.ErrorContains(t, err, "pid "+strconv.Itoa(os.Getpid()))
	release()
	release, err = folder.lock()
	require.NoError(t, err)
	release()
}

func TestSecretsAreMadeOnceAndPrivate(t *testing.T) {
	folder := newFolder(t)
	first, err := ensureSecret(folder.operatorToken())
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(first), 40)
	again, err := ensureSecret(folder.operatorToken())
	require.NoError(t, err)
	require.Equal(t, first, again)
	other, err := ensureSecret(folder.adminPassword())
	require.NoError(t, err)
	require.NotEqual(t, first, other)

	for path, mode := range map[string]os.FileMode{
		folder.operatorToken():               0o600,
		filepath.Dir(folder.operatorToken()): 0o700,
		folder.telegrafSecrets():             0o700,
	} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().Perm(), path)
	}
	entries, err := os.ReadDir(filepath.Dir(folder.operatorToken()))
	require.NoError(t, err)
	require.Len(t, entries, 3, "no temporary file is left")
}

func TestTelegrafConfIsUpdatedUnlessEdited(t *testing.T) {
	folder, seen := newFolder(t), &screen{}
	install := func(content string) string {
		require.NoError(t, folder.installTelegrafConf(content, words.NewPrinter(seen, words.English)))
		found, err := os.ReadFile(folder.telegrafConf())
		require.NoError(t, err)
		return string(found)
	}
	require.Equal(t, "one", install("one"))
	require.Equal(t, "two", install("two"), "an unedited one is brought up to date")
	require.Empty(t, seen.String())

	require.NoError(t, os.WriteFile(folder.telegrafConf(), []byte("mine"), 0o600))
	require.Equal(t, "mine", install("three"))
	require.Contains(t, seen.String(), folder.telegrafConf()+" has been edited")

	require.NoError(t, os.Remove(folder.telegrafConf()))
	require.Equal(t, "three", install("three"))
	require.Equal(t, "four", install("four"))
}

func TestPluginConfIsTheUsers(t *testing.T) {
	folder := newFolder(t)
	require.NoError(t, folder.installPluginConf())
	require.True(t, fileContains(folder.PluginConf(), "[[inputs.cosyvoice]]")())
	require.NoError(t, os.WriteFile(folder.PluginConf(), []byte("mine"), 0o600))
	require.NoError(t, folder.installPluginConf())
	require.True(t, fileContains(folder.PluginConf(), "mine")())
}

func TestLogIsSetAsideWhenLarge(t *testing.T) {
	path := newFolder(t).log("influxd")
	require.NoError(t, os.WriteFile(path, make([]byte, maxLogBytes+1), 0o600))
	file, err := openLog(path)
	require.NoError(t, err)
	defer file.Close()
	require.Zero(t, logSize(path))
	require.Equal(t, int64(maxLogBytes+1), logSize(path+".1"))
}

func TestLogTail(t *testing.T) {
	path := newFolder(t).log("influxd")
	require.ErrorIs(t, logTail(path, 0), words.LogEmpty.With())
	require.NoError(t, os.WriteFile(path, []byte("earlier run\n"), 0o600))
	offset := logSize(path)
	require.ErrorIs(t, logTail(path, offset), words.LogEmpty.With())

	lines := make([]string, 20)
	for i := range lines {
		lines[i] = strconv.Itoa(i)
	}
	file, err := openLog(path)
	require.NoError(t, err)
	_, err = file.WriteString(strings.Join(lines, "\n") + "\n")
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.EqualError(t, logTail(path, offset), "The log "+path+" ends with:\n    "+strings.Join(lines[10:], "\n    "))

	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("x", 1<<20)), 0o600))
	require.Less(t, len(logTail(path, 0).Error()), 10_000)
}

func TestLeftoversAreEnded(t *testing.T) {
	folder, seen := newFolder(t), &screen{}
	left := exec.Command("/bin/sleep", "60")
	require.NoError(t, left.Start())
	reused := exec.Command("/bin/sleep", "60")
	require.NoError(t, reused.Start())
	t.Cleanup(func() { _ = reused.Process.Kill(); _ = reused.Wait() })

	ledger := &runFile{path: folder.runFile()}
	require.NoError(t, ledger.started(part{name: "reused"}, reused.Process.Pid))
	ledger.record.Parts[0].StartTicks--
	require.NoError(t, ledger.started(part{name: "influxd"}, left.Process.Pid))

	require.NoError(t, endLeftovers(t.Context(), folder, words.NewPrinter(seen, words.English)))
	_ = left.Wait()
	require.Equal(t, syscall.SIGTERM, left.ProcessState.Sys().(syscall.WaitStatus).Signal())
	require.NoError(t, reused.Process.Signal(syscall.Signal(0)), "a pid that another process has now is left alone")
	require.Contains(t, seen.String(), "Ending influxd")
	require.NotContains(t, seen.String(), "reused")
}
