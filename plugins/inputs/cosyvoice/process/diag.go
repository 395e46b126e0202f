package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// From the kernel's include/uapi/linux/inet_diag.h. TCPDIAG_GETSOCK asks for
// the sockets of IPv4 and IPv6 at once, which newer requests cannot.
const (
	tcpDiagGetSock = 18
	diagRequest    = 60 // size of struct inet_diag_req
	diagStates     = 52 // offset of its bit mask of TCP states
	diagMessage    = 72 // size of struct inet_diag_msg
	diagLocalPort  = 4  // offsets in it
	diagLocalAddr  = 8
	diagInode      = 68
)

// TCP states of interest, from the kernel's include/net/tcp_states.h.
const (
	stateEstablished = 1
	stateListen      = 10
)

var errDiagCut = errors.New("the kernel's list of sockets is cut short")

// dumpSockets asks the kernel for the TCP sockets of this program's network
// namespace (sock_diag(7)). It costs a twentieth of reading /proc/net/tcp and
// tcp6, for which the kernel takes a lock on each bucket of its tables.
func dumpSockets() (*sockets, error) {
	connection, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("open a socket for sock_diag: %w", err)
	}
	defer unix.Close(connection)
	request := make([]byte, unix.NLMSG_HDRLEN+diagRequest)
	binary.NativeEndian.PutUint32(request, uint32(len(request)))
	binary.NativeEndian.PutUint16(request[4:], tcpDiagGetSock)
	binary.NativeEndian.PutUint16(request[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	binary.NativeEndian.PutUint32(request[unix.NLMSG_HDRLEN+diagStates:], 1<<stateEstablished|1<<stateListen)
	if err := unix.Sendto(connection, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, fmt.Errorf("ask for the TCP sockets: %w", err)
	}
	s := &sockets{established: make(map[int]int)}
	buffer := make([]byte, 32<<10) // of which the kernel fills as much as fits
	for {
		n, _, err := unix.Recvfrom(connection, buffer, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("receive the TCP sockets: %w", err)
		}
		if done, err := s.addMessages(buffer[:n]); err != nil || done {
			return s, err
		}
	}
}

// addMessages takes in netlink messages; done is true at the end of the list.
func (s *sockets) addMessages(messages []byte) (done bool, err error) {
	for len(messages) >= unix.NLMSG_HDRLEN {
		length := int(binary.NativeEndian.Uint32(messages))
		if length < unix.NLMSG_HDRLEN || length > len(messages) {
			return false, errDiagCut
		}
		body := messages[unix.NLMSG_HDRLEN:length]
		switch binary.NativeEndian.Uint16(messages[4:]) {
		case unix.NLMSG_DONE:
			return true, nil
		case unix.NLMSG_ERROR:
			if len(body) < 4 {
				return false, errDiagCut
			}
			return false, fmt.Errorf("list the TCP sockets: %w", unix.Errno(-int32(binary.NativeEndian.Uint32(body))))
		default:
			if len(body) < diagMessage {
				return false, errDiagCut
			}
			s.add(body)
		}
		messages = messages[min(len(messages), (length+3)&^3):]
	}
	return false, nil
}

func (s *sockets) add(message []byte) {
	family, state := message[0], message[1]
	port := int(binary.BigEndian.Uint16(message[diagLocalPort:]))
	if state == stateEstablished {
		s.established[port]++
		return
	}
	size := 16
	if family == unix.AF_INET {
		size = 4
	}
	addr, _ := netip.AddrFromSlice(message[diagLocalAddr : diagLocalAddr+size])
	inode := binary.NativeEndian.Uint32(message[diagInode:])
	s.listening = append(s.listening, listener{addr.Unmap(), port, uint64(inode)})
}
