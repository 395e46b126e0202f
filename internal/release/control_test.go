package release

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseSockets(t *testing.T) {
	const list = `Num       RefCount Protocol Flags    Type St Inode Path
0000000012bc7ca8: 00000002 00000000 00000000 0002 01 16
0000000083e6deb7: 00000002 00000000 00010000 0001 01 17 @cosyvoice-release-1-abstract.sock
0000000083e6deb7: 00000002 00000000 00010000 0001 01 18 @strange
name
0000000083e6deb7: 00000002 00000000 00010000 0001 01 19 /tmp/cosyvoice-release-1-0f.sock
0000000083e6deb7: 00000002 00000000 00010000 0001 01 20 /tmp/cosyvoice-release-12-0f.sock
0000000083e6deb7: 00000002 00000000 00010000 0001 01 21 /tmp/a b/cosyvoice-release-1-1f.sock
`
	for _, test := range []struct {
		inodes []uint64
		prefix string
		want   string
	}{
		{[]uint64{16, 17, 18, 20, 21}, "cosyvoice-release-1-", "/tmp/a b/cosyvoice-release-1-1f.sock"},
		{[]uint64{16, 17, 18, 19}, "cosyvoice-release-1-", "/tmp/cosyvoice-release-1-0f.sock"},
		{[]uint64{19, 20, 21}, "cosyvoice-release-12-", "/tmp/cosyvoice-release-12-0f.sock"},
		{[]uint64{16, 17, 18, 20}, "cosyvoice-release-1-", ""},
	} {
		owned := map[uint64]bool{}
		for _, inode := range test.inodes {
			owned[inode] = true
		}
		path, err := parseSockets(strings.NewReader(list), owned, test.prefix)
		require.NoError(t, err)
		require.Equal(t, test.want, path, test.inodes)
	}
}
