package process

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseTCP(t *testing.T) {
	s, err := parseTCP(strings.NewReader(tcpHeader +
		"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n" +
		"   1: 00000000000000000000000001000000:C350 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12 1 0 100 0 0 10 0\n" +
		"   2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1\n" +
		"   3: 0100007F:1F90 0100007F:D432 06 00000000:00000000 03:00000B5D 00000000     0        0 0 3 0\n"))
	require.NoError(t, err)
	require.Equal(t, []listener{
		{netip.MustParseAddr("127.0.0.1"), 8080, 4711},
		{netip.MustParseAddr("::1"), 50000, 12},
	}, s.listening)
	require.Equal(t, map[int]int{8080: 1}, s.established)
}

func TestParseTCPRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, line := range []string{
		"0: 00000000:1F90\n",
		"0: 0000:1F90 0:0 0A 0:0 00:0 0 0 0 1 1\n",
		"0: 00000000:1F900 0:0 0A 0:0 00:0 0 0 0 1 1\n",
		"0: 00000000:1F90 0:0 0A 0:0 00:0 0 0 0 x 1\n",
	} {
		_, err := parseTCP(strings.NewReader(tcpHeader + line))
		require.Error(t, err, line)
	}
}

func FuzzParseSocketAddress(f *testing.F) {
	f.Add("0100007F:1F90")
	f.Add("00000000000000000000000001000000:C350")
	f.Fuzz(func(t *testing.T, text string) {
		address, err := parseSocketAddress(text)
		if err != nil {
			return
		}
		if !strings.HasSuffix(strings.ToUpper(text), fmt.Sprintf("%X", address.Port())) || !address.Addr().IsValid() {
			t.Fatalf("%q gave %v", text, address)
		}
	})
}
