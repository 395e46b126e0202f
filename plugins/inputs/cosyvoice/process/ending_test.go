package process

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/kernel"
)

func TestHowAServerEnded(t *testing.T) {
	told, err := kernel.TellsExits()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		reaped bool
		signal unix.Signal
	}{
		"its parent has not asked yet": {false, unix.SIGTERM},
		"its parent has asked":         {true, unix.SIGKILL},
	} {
		t.Run(name, func(t *testing.T) {
			if c.reaped && !told {
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
