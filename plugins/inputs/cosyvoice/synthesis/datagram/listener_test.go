package datagram

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// warnings keeps what is logged.
type warnings []string

func (w *warnings) Warnf(format string, args ...any) { *w = append(*w, fmt.Sprintf(format, args...)) }

func dial(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

func send(t *testing.T, conn *net.UnixConn, datagram string) {
	t.Helper()
	_, err := conn.Write([]byte(datagram))
	require.NoError(t, err)
}

func TestListener(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "reports.sock")
	var logged warnings
	listener, err := New(path, &logged)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.ModeSocket|0o666, info.Mode(), "a server of any user may write")

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	reports := make(chan Report)
	done := make(chan error, 1)
	go func() { done <- listener.Run(ctx, func(r Report) { reports <- r }) }()

	conn := dial(t, path)
	send(t, conn, string(read(t, "start.json")))
	started := <-reports
	require.Equal(t, Started, started.Event)
	require.Equal(t, os.Getpid(), started.PID)
	send(t, conn, "")
	send(t, conn, "nonsense")
	send(t, conn, string(read(t, "end.json"))+strings.Repeat(" ", maxDatagram))
	send(t, conn, string(read(t, "end.json")))
	require.Equal(t, Ended, (<-reports).Event)

	cancel()
	require.NoError(t, <-done)
	require.Equal(t, Counts{Received: 2, Malformed: 3, Lost: 2}, listener.Counts())
	require.Len(t, logged, 1, "anybody may write nonsense, and fill no log with it")
	require.Contains(t, logged[0], fmt.Sprintf("from process %d on %s", os.Getpid(), path))
	require.NoFileExists(t, path)
}

// A datagram too long for the buffer is not taken for its beginning.
func TestListenerRefusesTheTooLong(t *testing.T) {
	listener := &Listener{}
	_, err := listener.read([]byte(`{"v":1}`), 0x20)
	require.ErrorContains(t, err, "longer than 8192 bytes")
}

func TestNewReplacesStaleSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reports.sock")
	first, err := New(path, &warnings{})
	require.NoError(t, err)
	_, err = New(path, &warnings{})
	require.ErrorContains(t, err, "is in use")
	require.FileExists(t, path)

	require.NoError(t, first.socket.Close()) // as a killed program leaves it
	require.FileExists(t, path)
	waitForNextTick(t, first.file.ModTime())
	second, err := New(path, &warnings{})
	require.NoError(t, err)
	defer second.close()

	first.close()
	require.FileExists(t, path, "the first must not remove the second's socket")
}

// waitForNextTick waits until a file made now is younger, by the kernel's coarse clock.
func waitForNextTick(t *testing.T, than time.Time) {
	file := filepath.Join(t.TempDir(), "file")
	require.Eventually(t, func() bool {
		require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
		info, err := os.Stat(file)
		return err == nil && info.ModTime().After(than)
	}, 10*time.Second, time.Millisecond)
}

func TestNewRefuses(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(file, []byte("precious"), 0o600))
	stream := filepath.Join(folder, "stream.sock")
	other, err := net.Listen("unix", stream)
	require.NoError(t, err)
	defer other.Close()
	for path, want := range map[string]string{
		stream:                           "ask whether somebody listens",
		file:                             "is not a socket",
		folder:                           "is not a socket",
		filepath.Join(file, "x"):         "not a directory",
		filepath.Join(folder, "a/b/c"):   "make it, or name a socket",
		filepath.Join(folder, long(200)): "name a socket in a folder",
	} {
		_, err := New(path, &warnings{})
		require.ErrorContains(t, err, want)
	}
	require.FileExists(t, stream)
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "precious", string(kept))
}

// While nobody takes the reports, and after that, a stop is not held up.
func TestRunEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reports.sock")
	listener, err := New(path, &warnings{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, listener.Run(ctx, nil))
	require.NoFileExists(t, path)
}

func long(n int) string { return strings.Repeat("x", n) }
