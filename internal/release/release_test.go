package release

import (
	"bufio"
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// standIn answers each asker with a line.
func standIn(t *testing.T, answer string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if _, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
				_, _ = conn.Write([]byte(answer))
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return path
}

func TestWhatIsNoAnswer(t *testing.T) {
	for said, want := range map[string]string{"": "hear the server's answer", "nonsense\n": "read the server's answer", `{"v":1`: "hear the server's answer"} {
		var r Result
		r.ask(context.Background(), standIn(t, said), 0)
		require.Equal(t, NoAnswer, r.Outcome, said)
		require.Contains(t, r.Reason, want)
	}
	var r Result
	r.ask(context.Background(), filepath.Join(t.TempDir(), "nobody"), 0)
	require.Equal(t, NoAnswer, r.Outcome)
	require.Contains(t, r.Reason, "connect to the server")
}

// A server is found between the moment at which its socket is there and that from which it listens.
func TestServerThatIsAboutToListen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	defer unix.Close(socket)
	require.NoError(t, unix.Bind(socket, &unix.SockaddrUnix{Name: path}))
	go func() {
		time.Sleep(3 * lookAgain)
		_ = unix.Listen(socket, 1)
	}()
	conn, err := connect(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}

// Nothing holds the asker up beyond its patience.
func TestAskHasPatience(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	require.NoError(t, err)
	defer listener.Close()
	_, err = Ask(context.Background(), path, 0, 50*time.Millisecond)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestWhoCannotBeAsked(t *testing.T) {
	all := All(context.Background(), []Server{{Instance: "a", PID: os.Getpid(), PIDs: []int{os.Getpid()}}, {Instance: "b", PID: 1 << 30, PIDs: []int{1 << 30}}}, 0)
	require.Len(t, all, 2)
	for i, instance := range []string{"a", "b"} {
		require.Equal(t, instance, all[i].Instance)
		require.Equal(t, NoFile, all[i].Outcome)
	}
	require.Equal(t, Denied, unasked(Server{}, &fs.PathError{Err: fs.ErrPermission}).Outcome)
	require.Equal(t, NoAnswer, unasked(Server{}, fs.ErrInvalid).Outcome)
}

func TestFreedBytes(t *testing.T) {
	device := func(before, after int64) Device {
		return Device{Before: State{ReservedBytes: before}, After: State{ReservedBytes: after}}
	}
	require.EqualValues(t, 5, (&Answer{Devices: []Device{device(9, 6), device(4, 2)}}).FreedBytes())
	require.Zero(t, (&Answer{Devices: []Device{device(2, 6)}}).FreedBytes(), "another synthesis has begun meanwhile")
}
