package stack

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// tcpListen is the state LISTEN as /proc/net/tcp writes it (TCP_LISTEN in the
// kernel's include/net/tcp_states.h).
const tcpListen = "0A"

// checkPort reports, before the part is started, that its port is taken, by whom,
// and which flag gives it another.
func checkPort(part string, port int, flag string) error {
	listener, err := net.Listen("tcp", loopback(port))
	if err == nil {
		return listener.Close()
	}
	if !errors.Is(err, unix.EADDRINUSE) {
		return words.PortUnusable.With(part, port, err, flag)
	}
	holder := words.PortHolderUnknown.With()
	if pid, command := portHolder(port); pid > 0 {
		holder = words.PortHolder.With(pid, command)
	}
	return words.PortInUse.With(part, port, holder, flag)
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// portHolder finds the process that listens on a port, as far as this user may
// see; pid 0 is unknown.
func portHolder(port int) (pid int, command string) {
	sockets := make(map[string]bool)
	for _, path := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(path)
		if err != nil {
			continue
		}
		for _, inode := range parseListeners(file, port) {
			sockets["socket:["+inode+"]"] = true
		}
		file.Close()
	}
	all, err := procfs.AllProcs()
	if err != nil {
		return 0, ""
	}
	for _, process := range all {
		targets, _ := process.FileDescriptorTargets()
		if slices.ContainsFunc(targets, func(target string) bool { return sockets[target] }) {
			command, _ := process.Comm()
			return process.PID, command
		}
	}
	return 0, ""
}

// parseListeners reads /proc/net/tcp (proc_net_tcp in the kernel's documentation)
// for the inodes of the sockets that listen on a port.
func parseListeners(r io.Reader, port int) (inodes []string) {
	const localAddress, state, inode = 1, 3, 9
	suffix := fmt.Sprintf(":%04X", port)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) > inode && fields[state] == tcpListen && strings.HasSuffix(fields[localAddress], suffix) {
			inodes = append(inodes, fields[inode])
		}
	}
	return inodes
}
