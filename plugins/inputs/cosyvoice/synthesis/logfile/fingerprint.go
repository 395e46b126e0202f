package logfile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
)

const printSize = 1024

// Saved is how far one content was read. It holds no text of the log.
type Saved struct {
	Path string `json:"path"`
	identity
	Head   fingerprint `json:"head"` // of the first bytes
	Tail   fingerprint `json:"tail"` // of the bytes before Read
	Read   int64       `json:"read"`
	Offset int64       `json:"offset"` // to read on from: Read, or the start of its line
	// Done tells that it was read to its end, so that it is not missed if it is gone.
	Done bool `json:"done,omitempty"`
}

// fingerprint is that of at most printSize bytes.
type fingerprint struct {
	Length int    `json:"length"`
	Sum    string `json:"sum"`
}

func fingerprintOf(p []byte) fingerprint {
	sum := sha256.Sum256(p)
	return fingerprint{Length: len(p), Sum: hex.EncodeToString(sum[:16])}
}

func (p fingerprint) isAt(content io.ReaderAt, offset int64) bool {
	seen := make([]byte, p.Length)
	n, _ := content.ReadAt(seen, offset)
	return n == len(seen) && fingerprintOf(seen) == p
}

// isFile tells whether a file is the one that was read.
func (s Saved) isFile(f *file) bool { return s.identity == f.identity && s.isIn(f.handle) }

// isCopiedIn tells whether a file holds a copy of what was read.
func (s Saved) isCopiedIn(f *file) bool { return s.Head.Length > 0 && s.isIn(f.handle) }

func (s Saved) isIn(content io.ReaderAt) bool {
	return s.Head.isAt(content, 0) && s.Tail.isAt(content, s.Read-int64(s.Tail.Length))
}

func (s Saved) validate() error {
	switch {
	case s.Offset < 0 || s.Offset > s.Read || s.Read < int64(s.Tail.Length):
		return errors.New("an offset is out of range")
	case s.Head.Length < 0 || s.Head.Length > printSize || s.Tail.Length < 0 || s.Tail.Length > printSize:
		return errors.New("a fingerprint has an impossible length")
	default:
		return nil
	}
}

// saved describes a content that is to be read on from the start of its last line. It
// needs no look into the file, which may be gone.
func (f *file) saved() Saved {
	return Saved{
		Path: f.path, identity: f.identity,
		Head: fingerprintOf(f.head), Tail: fingerprintOf(f.tail), Read: f.offset,
		Offset: f.lineStart,
	}
}
