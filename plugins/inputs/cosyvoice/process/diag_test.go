package process

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// The kernel's two ways to list sockets agree.
func TestDumpSockets(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(address, func(t *testing.T) {
			socket, err := net.Listen("tcp", address)
			if err != nil {
				t.Skipf("no such address here: %v", err)
			}
			defer socket.Close()
			client, err := net.Dial("tcp", socket.Addr().String())
			require.NoError(t, err)
			defer client.Close()
			local := socket.Addr().(*net.TCPAddr)

			all, err := dumpSockets()
			if err != nil {
				t.Skipf("the kernel does not answer: %v", err)
			}
			file := "/proc/self/net/tcp"
			if local.IP.To4() == nil {
				file = "/proc/self/net/tcp6"
			}
			want, ok := listenerOn(readSockets(file), local.Port)
			require.True(t, ok)
			require.Equal(t, netip.MustParseAddr(local.IP.String()), want.addr)
			got, ok := listenerOn(all, local.Port)
			require.True(t, ok)
			require.Equal(t, want, got)
			require.Equal(t, 1, all.established[local.Port])
		})
	}
}

func listenerOn(s *sockets, port int) (listener, bool) {
	for _, l := range s.listening {
		if l.port == port {
			return l, true
		}
	}
	return listener{}, false
}

// A process in a network namespace of its own is not asked for by the dump,
// which lists those of this one.
func TestNamespacesAreToldApart(t *testing.T) {
	fs, err := procfs.NewFS(procfs.DefaultMountPoint)
	require.NoError(t, err)
	dumps := 0
	r := socketReader{root: procfs.DefaultMountPoint, dump: func() (*sockets, error) {
		dumps++
		return &sockets{established: map[int]int{}}, nil
	}}
	r.forget()
	self, err := fs.Self()
	require.NoError(t, err)
	r.of(self.PID).listeners()
	r.own().listeners()
	require.Same(t, r.own(), r.of(self.PID))
	require.Equal(t, 1, dumps)

	other := exec.Command("sleep", "1000")
	other.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
	if err := other.Start(); err != nil {
		t.Skipf("a network namespace needs root: %v", err)
	}
	defer func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	}()
	r.of(other.Process.Pid).listeners()
	require.NotSame(t, r.own(), r.of(other.Process.Pid))
	require.Equal(t, 1, dumps)
}

func TestSocketsAreReadWhereTheyCannotBeDumped(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	m.hostSockets(tcpLine(50000, tcpListen, 7))
	o := m.observer(Options{})
	o.sockets.dump = func() (*sockets, error) { return nil, os.ErrPermission }
	require.True(t, *o.Tick(nil).Services[0].Ready)
}

func FuzzSocketMessages(f *testing.F) {
	message := make([]byte, unix.NLMSG_HDRLEN+diagMessage)
	binary.NativeEndian.PutUint32(message, uint32(len(message)))
	message[unix.NLMSG_HDRLEN], message[unix.NLMSG_HDRLEN+1] = unix.AF_INET, stateListen
	f.Add(message)
	f.Fuzz(func(t *testing.T, messages []byte) {
		s := &sockets{established: map[int]int{}}
		_, _ = s.addMessages(messages)
		found := len(s.listening)
		for _, n := range s.established {
			found += n
		}
		if found > len(messages)/diagMessage {
			t.Fatalf("%d sockets in %d bytes", found, len(messages))
		}
	})
}
