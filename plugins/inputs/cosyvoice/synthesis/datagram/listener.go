package datagram

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// PathVariable is the environment variable by which sitecustomize.py and this program find
// each other at another socket.
const PathVariable = "COSYVOICE_TELEGRAF_SOCKET"

// DefaultPath is where sitecustomize.py sends to, unless PathVariable names another
// socket. It has a folder of its own, which can be mounted into a container: a
// mounted socket would be the old one after a restart.
const DefaultPath = "/run/cosyvoice-telegraf/reports.sock"

// maxDatagram is the longest report in bytes; the usual one has 900.
const maxDatagram = 8 << 10

// Logger is the part of telegraf.Logger that this package uses.
type Logger interface {
	Warnf(format string, args ...any)
}

// Listener receives reports on its socket.
type Listener struct {
	log       Logger
	socket    *net.UnixConn
	path      string
	file      os.FileInfo // of the socket
	received  atomic.Int64
	malformed atomic.Int64
	lost      atomic.Int64
}

// Counts are totals since the listener was made.
type Counts struct {
	Received  int64 // reports that were handed on
	Malformed int64 // datagrams that were none
	Lost      int64 // reports that servers could not send: nobody listened, or the socket was full
}

// New makes the socket, and its folder if only that is missing. The caller must call Run,
// which closes it. The error of a path that cannot be used says what to do.
func New(path string, log Logger) (*Listener, error) {
	socket, err := bind(path)
	if err != nil {
		return nil, err
	}
	file, err := os.Lstat(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("look at the socket just made: %w", err), socket.Close())
	}
	return &Listener{log: log, socket: socket, path: path, file: file}, nil
}

// Counts may be called at any time.
func (l *Listener) Counts() Counts {
	return Counts{Received: l.received.Load(), Malformed: l.malformed.Load(), Lost: l.lost.Load()}
}

// Run hands on reports, one after the other, until the context ends; then it removes the
// socket and returns nil. While deliver does not return, the kernel keeps the next few
// reports (net.unix.max_dgram_qlen) and the servers drop, and count, the rest.
func (l *Listener) Run(ctx context.Context, deliver func(Report)) error {
	defer l.close()
	stop := context.AfterFunc(ctx, func() { l.socket.SetReadDeadline(time.Now()) })
	defer stop()
	data := make([]byte, maxDatagram)
	control := make([]byte, unix.CmsgSpace(unix.SizeofUcred)) // and no room for descriptors
	for {
		n, c, flags, _, err := l.socket.ReadMsgUnix(data, control)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receive reports of CosyVoice: %w", err)
		}
		report, err := l.read(data[:n], flags)
		if err != nil {
			l.refuse(sender(control[:c]), err)
			continue
		}
		report.PID = sender(control[:c])
		l.received.Add(1)
		l.lost.Add(int64(report.Lost))
		deliver(report)
	}
}

func (l *Listener) read(data []byte, flags int) (Report, error) {
	if flags&unix.MSG_TRUNC != 0 {
		return Report{}, fmt.Errorf("it is longer than %d bytes", maxDatagram)
	}
	return parseReport(data)
}

// refuse logs the first only: anybody may write to the socket, at any rate.
func (l *Listener) refuse(pid int, err error) {
	if l.malformed.Add(1) == 1 {
		l.log.Warnf("A datagram from process %d on %s is not a report of CosyVoice: %v. More of them are only counted", pid, l.path, err)
	}
}

// close removes the socket, unless another program has put its own there, which may have
// got the inode of the one that it removed.
func (l *Listener) close() {
	file, err := os.Lstat(l.path)
	if err == nil && os.SameFile(file, l.file) && file.ModTime().Equal(l.file.ModTime()) {
		os.Remove(l.path)
	}
	l.socket.Close()
}
