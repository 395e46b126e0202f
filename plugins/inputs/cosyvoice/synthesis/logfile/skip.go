package logfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// skipHole jumps over a hole of more than a piece, as it is left before what a server
// writes that does not append to its truncated log.
func (f *file) skipHole(p []byte, b *batch) bool {
	if len(bytes.TrimLeft(p, "\x00")) > 0 {
		return false
	}
	data, err := unix.Seek(f.fd, f.offset, unix.SEEK_DATA)
	if errors.Is(err, unix.ENXIO) {
		data = f.size
	} else if err != nil {
		return false
	}
	if data <= f.offset+int64(len(p)) || f.seek(data) != nil {
		return false
	}
	f.beginAt(data, b)
	return true
}

// skipBacklog jumps forward when too much was written since the file was opened.
func (f *file) skipBacklog(b *batch) error {
	if f.size-max(f.offset, f.atOpening) <= b.maxBacklog {
		return nil
	}
	// A jump further than needed keeps the jumps few.
	target := f.size - b.maxBacklog/2
	if b.now.Sub(b.warned) >= complainOnce {
		b.warned = b.now
		b.log.Warnf("The log %s grows faster than it is read: %d MiB of it are passed over", f.path, (target-f.offset)>>20)
	}
	b.stats.BytesSkipped += target - f.offset
	if err := f.seek(target); err != nil {
		return fmt.Errorf("read %s: %w", f.path, err)
	}
	f.aligning = true
	return nil
}

// alignToLine moves an offset back to the start of its line, if that is near.
func alignToLine(handle *os.File, offset int64) int64 {
	const near = 64 << 10
	before := make([]byte, min(offset, near))
	n, _ := handle.ReadAt(before, offset-int64(len(before)))
	if n < len(before) {
		return offset
	}
	if end := bytes.LastIndexByte(before, '\n'); end >= 0 {
		return offset - int64(len(before)-end-1)
	}
	if offset == int64(len(before)) {
		return 0
	}
	return offset
}
