package process

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// States of a TCP socket, from the kernel's include/net/tcp_states.h.
const (
	tcpEstablished = "01"
	tcpListen      = "0A"
)

// Columns of /proc/net/tcp (Documentation/networking/proc_net_tcp.rst).
const (
	tcpLocalColumn = 1
	tcpStateColumn = 3
	tcpInodeColumn = 9
)

// sockets are the TCP sockets of one address family.
type sockets struct {
	listening   []listener
	established map[int]int // by local port
}

type listener struct {
	addr  netip.Addr
	port  int
	inode uint64
}

// parseTCP reads /proc/net/tcp or tcp6. Sockets in other states, of which a busy
// server leaves thousands behind, are passed over.
func parseTCP(r io.Reader) (*sockets, error) {
	s := &sockets{established: make(map[int]int)}
	lines := bufio.NewScanner(r)
	lines.Scan() // the heading
	for lines.Scan() {
		columns := strings.Fields(lines.Text())
		if len(columns) <= tcpInodeColumn {
			return nil, fmt.Errorf("socket line %q has %d columns, expected more than %d", lines.Text(), len(columns), tcpInodeColumn)
		}
		state := columns[tcpStateColumn]
		if state != tcpEstablished && state != tcpListen {
			continue
		}
		local, err := parseSocketAddress(columns[tcpLocalColumn])
		if err != nil {
			return nil, err
		}
		if state == tcpEstablished {
			s.established[int(local.Port())]++
			continue
		}
		inode, err := strconv.ParseUint(columns[tcpInodeColumn], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("inode of a socket: %w", err)
		}
		s.listening = append(s.listening, listener{local.Addr(), int(local.Port()), inode})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the socket table: %w", err)
	}
	return s, nil
}

// parseSocketAddress reads "0100007F:1F90": the address as 32-bit words in the
// machine's byte order, and the port, both in hexadecimal.
func parseSocketAddress(text string) (netip.AddrPort, error) {
	address, portText, _ := strings.Cut(text, ":")
	words, err := hex.DecodeString(address)
	if err != nil || len(words) != 4 && len(words) != 16 {
		return netip.AddrPort{}, fmt.Errorf("socket address %q is not one of IPv4 or IPv6", text)
	}
	port, err := strconv.ParseUint(portText, 16, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("port of socket address %q: %w", text, err)
	}
	for i := 0; i < len(words); i += 4 {
		binary.NativeEndian.PutUint32(words[i:], binary.BigEndian.Uint32(words[i:]))
	}
	addr, _ := netip.AddrFromSlice(words)
	return netip.AddrPortFrom(addr.Unmap(), uint16(port)), nil
}
