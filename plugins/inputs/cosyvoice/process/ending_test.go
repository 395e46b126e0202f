package process

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// tellsExits is whether the kernel tells how a process ended whose parent has asked.
func tellsExits(t *testing.T) bool {
	var name unix.Utsname
	require.NoError(t, unix.Uname(&name))
	var major, minor int
	_, err := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor)
	require.NoError(t, err)
	return major > 6 || major == 6 && minor >= 15
}

func TestHowAServerEnded(t *testing.T) {
	for name, c := range map[string]struct {
		reaped bool
		signal unix.Signal
	}{
		"its parent has not asked yet": {false, unix.SIGTERM},
		"its parent has asked":         {true, unix.SIGKILL},
	} {
		t.Run(name, func(t *testing.T) {
			if c.reaped && !tellsExits(t) {
				t.Skip("before Linux 6.15 the kernel tells nobody but the parent")
			}
			port := freePort(t)
			server := startServer(t, port)
			o := liveObserver(t)
			require.True(t, serviceOf(o.Tick(nil), strconv.Itoa(port)).Up)
			require.NoError(t, server.Process.Signal(c.signal))
			if c.reaped {
				require.Error(t, server.Wait())
			}
			var exit Event
			require.Eventually(t, func() bool {
				for _, e := range o.Tick(nil).Events {
					if e.Kind == EventExit && e.PID == server.Process.Pid {
						exit = e
					}
				}
				return exit.PID != 0
			}, 20*time.Second, 20*time.Millisecond)
			require.NotNil(t, exit.Status)
			require.True(t, exit.Status.Signaled())
			require.Equal(t, c.signal, exit.Status.Signal())
		})
	}
}
