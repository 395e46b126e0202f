package stack

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestPortInUseNamesItsHolder(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	err = checkPort("influxd", port, "--influx-port")
	require.ErrorIs(t, err, words.PortInUse.With())
	require.ErrorContains(t, err, "influxd needs port "+strconv.Itoa(port))
	require.ErrorContains(t, err, "process "+strconv.Itoa(os.Getpid())+" (stack.test)")
	require.ErrorContains(t, err, "--influx-port")
	require.NoError(t, listener.Close())
	require.NoError(t, checkPort("influxd", port, "--influx-port"))
}

func TestPortThatCannotBeUsed(t *testing.T) {
	err := checkPort("influxd", 70000, "--influx-port")
	require.ErrorIs(t, err, words.PortUnusable.With())
	require.ErrorContains(t, err, "Choose another port with --influx-port")
}

func TestParseListeners(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F96 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 101 1 0 100 0 0 10 0
   1: 00000000:1F96 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 102 1 0 100 0 0 10 0
   2: 0100007F:1F96 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 103 1 0 20 4 30 10 -1
   3: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 104 1 0 100 0 0 10 0
   4: cut short
`
	require.Equal(t, []string{"101", "102"}, parseListeners(strings.NewReader(table), 8086))
	require.Equal(t, []string{"104"}, parseListeners(strings.NewReader(table), 80))
	require.Empty(t, parseListeners(strings.NewReader(table), 1))
}
