package logline

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkReader reads logs in pieces of 64 KiB. That of the web UI is noise by five
// parts of six; in the quiet one every line is a record.
func BenchmarkReader(b *testing.B) {
	for _, name := range []string{"s06_webui", "s06_fastapi", "s03"} {
		b.Run(name, func(b *testing.B) {
			log, err := os.ReadFile(filepath.Join(samples, name, "cosyvoice.log"))
			require.NoError(b, err)
			log = bytes.Repeat(log, 1+(4<<20)/len(log))
			r := NewReader(func(*Record) {})
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				for rest := log; len(rest) > 0; {
					n := min(len(rest), 64<<10)
					_, _ = r.Write(rest[:n])
					rest = rest[n:]
				}
			}
		})
	}
}
