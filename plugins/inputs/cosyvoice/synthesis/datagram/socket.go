package datagram

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// bind makes the socket, in place of one that a program left behind that did not end
// well. The server may run as any user, so all may write to it.
func bind(path string) (*net.UnixConn, error) {
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the folder of the socket for reports of CosyVoice: %w: "+
			"make it, or name a socket in a folder that this user may write to", err)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	config := net.ListenConfig{Control: passCredentials}
	socket, err := config.ListenPacket(context.Background(), "unixgram", path)
	if err != nil {
		return nil, fmt.Errorf("open the socket for reports of CosyVoice: %w: "+
			"name a socket in a folder that this user may write to", err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		return nil, errors.Join(fmt.Errorf("let all users write to the socket: %w", err), socket.Close(), os.Remove(path))
	}
	return socket.(*net.UnixConn), nil
}

// removeStale clears the path, unless somebody listens there.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the socket for reports of CosyVoice: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("the socket for reports of CosyVoice cannot be %s: it is not a socket; "+
			"name another path, or move that file away", path)
	}
	other, err := net.Dial("unixgram", path)
	if err == nil {
		other.Close()
		return fmt.Errorf("the socket for reports of CosyVoice, %s, is in use: "+
			"stop the other cosyvoice-telegraf, or give this one another socket", path)
	}
	if !errors.Is(err, unix.ECONNREFUSED) {
		return fmt.Errorf("ask whether somebody listens on the socket for reports of CosyVoice: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove the socket that an earlier run left behind: %w", err)
	}
	return nil
}

// passCredentials has the kernel name the sender of each datagram (SO_PASSCRED, unix(7)).
// It must be set before anybody can send.
func passCredentials(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
	})
	return errors.Join(err, failed)
}

// sender is the process id in the credentials that came with a datagram, in the PID
// namespace of this program; 0 if it is not visible from there.
func sender(control []byte) int {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return 0
	}
	for _, m := range messages {
		if c, err := unix.ParseUnixCredentials(&m); err == nil {
			return int(c.Pid)
		}
	}
	return 0
}
