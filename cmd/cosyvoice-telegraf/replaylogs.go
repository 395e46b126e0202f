package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
)

// openedLog is one file to replay.
type openedLog struct {
	synthesis.Log
	file *os.File
}

// openLogs opens all files, or none.
func openLogs(names []string, stdin *os.File, p *progress) ([]openedLog, error) {
	var logs []openedLog
	for _, name := range names {
		file := stdin
		if name != "-" {
			var err error
			if file, err = os.Open(name); err != nil {
				closeAll(logs)
				return nil, fmt.Errorf("open the log: %w", err)
			}
		}
		log := openedLog{synthesis.Log{Name: name, Reader: p.count(file), Written: time.Now()}, file}
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			log.Written = info.ModTime()
			p.size += info.Size()
		}
		logs = append(logs, log)
	}
	return logs, nil
}

func closeAll(logs []openedLog) {
	for _, log := range logs {
		log.file.Close()
	}
}

func asLogs(opened []openedLog) []synthesis.Log {
	logs := make([]synthesis.Log, len(opened))
	for i := range opened {
		logs[i] = opened[i].Log
	}
	return logs
}

// progress shows on a terminal how much was read.
type progress struct {
	out        io.Writer // nil to show nothing
	size, read int64     // size is 0 if not known
	shown      time.Time
}

// showAfter is how long a replay takes that shows its progress, and how often it does.
const showAfter = time.Second

func newProgress(out io.Writer) *progress {
	p := &progress{shown: time.Now()}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.out = out
	}
	return p
}

func (p *progress) count(r io.Reader) io.Reader { return &countedReader{r, p} }

type countedReader struct {
	io.Reader
	progress *progress
}

func (c *countedReader) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.progress.add(int64(n))
	return n, err
}

func (p *progress) add(n int64) {
	p.read += n
	if p.out == nil || time.Since(p.shown) < showAfter {
		return
	}
	p.shown = time.Now()
	if p.size > 0 {
		fmt.Fprintf(p.out, "\r%d MB, %d %% ", p.read>>20, 100*p.read/p.size)
	} else {
		fmt.Fprintf(p.out, "\r%d MB ", p.read>>20)
	}
}

// end takes the line away.
func (p *progress) end() {
	if p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
