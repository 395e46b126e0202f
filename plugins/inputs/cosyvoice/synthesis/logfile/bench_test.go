package logfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type discard struct{}

func (discard) Begin(FileID, int64)              {}
func (discard) Data(FileID, int64, []byte, bool) {}
func (discard) End(FileID, bool)                 {}

const sampleLine = "2026-11-23 16:31:28,952 INFO yield speech len 17.88, rtf 0.010654070233338631\n"

func BenchmarkRead(b *testing.B) {
	for name, text := range map[string]string{"cosyvoice.log": sampleLine, "0123-json.log": wrap(sampleLine)} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), name)
			content := strings.Repeat(text, 64<<20/len(text))
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				f := New(Options{Patterns: []string{path}, FromBeginning: true, Log: new(journal)})
				f.Poll(plenty, discard{})
				f.Close()
			}
		})
	}
}

func BenchmarkIdle(b *testing.B) {
	path := filepath.Join(b.TempDir(), "cosyvoice.log")
	if err := os.WriteFile(path, []byte(sampleLine), 0o600); err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	f := New(Options{Patterns: []string{path}, Log: new(journal), Now: func() time.Time { return now }})
	defer f.Close()
	f.Poll(plenty, discard{})
	b.ReportAllocs()
	for b.Loop() {
		f.Poll(plenty, discard{})
	}
}
