package python

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/release"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

const setting = "COSYVOICE_TELEGRAF_AUTO_RELEASE="

// A third of the stub's card is used, and an eighth of that not by tensors.
const (
	exceeded = setting + "30% every 1m" // a minute is half a second there
	keptTo   = setting + "40% every 1m"
)

func TestLimit(t *testing.T) {
	socket, reports := listen(t)
	s := startServer(t, socket, exceeded)
	s.does("hold(); look()")
	require.Equal(t, "[]\n", s.says("print(torch.cuda.emptied)"), "something is in flight")
	s.does("held.close()")
	s.does("while not torch.cuda.emptied: look()")
	s.does("torch.cuda.gpus[0].reserved = 8 * 10**9")
	s.does("while len(torch.cuda.emptied) < 2: look()")
	s.end()
	releases := heard(reports())
	require.Len(t, releases, 2)
	for _, r := range releases {
		require.Equal(t, datagram.Release{
			Trigger: datagram.ByLimit, Outcome: datagram.GivenBack,
			Freed: &datagram.Freed{FreedBytes: 3 * gigabyte, AllocatedBytes: 5 * gigabyte, ReservedBytes: 5 * gigabyte},
		}, r.Release)
	}
	require.GreaterOrEqual(t, releases[1].Time.Sub(releases[0].Time), 490*time.Millisecond)
}

func TestNotSoSoonAgain(t *testing.T) {
	s := startServer(t, "", exceeded)
	s.does("release.MINUTE = 3600; speak()")
	s.does("while not torch.cuda.emptied: look()")
	s.does("torch.cuda.gpus[0].reserved = 8 * 10**9; look()")
	require.Equal(t, "1\n", s.says("print(len(torch.cuda.emptied))"))
}

// There is no limit unless it is set, and nothing to do where it is kept to, where all is in use,
// and before the GPU is.
func TestNothingIsReleasedByItself(t *testing.T) {
	for name, test := range map[string]struct{ limit, line string }{
		"kept to":    {keptTo, "speak()"},
		"in use":     {exceeded, "torch.cuda.gpus[0].allocated = 7_900_000_000; speak()"},
		"on the CPU": {exceeded, "torch.cuda.initialized = False; speak()"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, "", test.limit)
			s.does(test.line)
			s.does("look()")
			require.Equal(t, "[]\n", s.says("print(torch.cuda.emptied)"))
		})
	}
	s := startServer(t, "")
	s.does("speak(); torch.cuda.gpus[0].others = 16 * 10**9")
	s.door()
	require.Equal(t, "0 []\n", s.says("print(looks, torch.cuda.emptied)"))
}

// Whoever sets it wrong is told so, and it is no limit.
func TestLimitNotUnderstood(t *testing.T) {
	for _, wrong := range []string{"90", "100% every 30m", "0% every 1m", "90% every 0m", "90% every 30s", "90% every 30m ", "90%"} {
		socket, reports := listen(t)
		s := startServer(t, socket, setting+wrong)
		s.does("speak()")
		require.Equal(t, release.Released, s.asked(0).Outcome)
		s.end()
		releases := heard(reports())
		require.Len(t, releases, 2, wrong)
		require.Equal(t, datagram.Release{Trigger: datagram.ByLimit, Outcome: datagram.Misconfigured}, releases[0].Release)
		require.Equal(t, datagram.Asked, releases[1].Release.Trigger)
	}
}

// What fails is told as seldom as what does not.
func TestLimitFails(t *testing.T) {
	for _, failing := range []string{"empty_cache", "mem_get_info"} {
		socket, reports := listen(t)
		s := startServer(t, socket, exceeded)
		s.does("release.MINUTE = 3600; calls = []")
		s.does("def fail(*index): calls.append(1); raise RuntimeError('CUDA error: out of order')")
		s.does("torch.cuda." + failing + " = fail; speak()")
		s.does("while not calls: look()")
		s.does("look()")
		s.end()
		releases := heard(reports())
		require.Len(t, releases, 1, failing)
		require.Equal(t, datagram.Release{Trigger: datagram.ByLimit, Outcome: datagram.NotGivenBack}, releases[0].Release)
		require.Equal(t, logline.CUDAError, releases[0].Error)
	}
}

// It is kept to where there is no folder for the socket as well.
func TestLimitWithoutASocket(t *testing.T) {
	s := startServer(t, "", exceeded, "TMPDIR=/dev/null")
	s.does("speak()")
	s.does("while not torch.cuda.emptied: look()")
}
