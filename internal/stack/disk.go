package stack

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// leastFree is the space without which a start is not worth a try: influxd's
// snapshots and compactions write files of some 25 MB beside the old ones.
const leastFree = 100 << 20

// checkSpace reports that the disk of a folder has less free than needed bytes.
func checkSpace(dir string, needed uint64) error {
	const mebibyte = 1 << 20
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return fmt.Errorf("measuring the free space of %s: %w", dir, err)
	}
	if free := stat.Bavail * uint64(stat.Bsize); free < needed {
		return words.DiskFull.With(dir, free/mebibyte, needed/mebibyte)
	}
	return nil
}
