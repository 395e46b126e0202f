package words

import (
	"fmt"
	"io"
	"sync"
)

// Printer writes messages in one language, a message a line. It may be used by
// several goroutines.
type Printer struct {
	language Language
	mu       sync.Mutex
	w        io.Writer
}

// NewPrinter prints to w.
func NewPrinter(w io.Writer, language Language) *Printer {
	return &Printer{w: w, language: language}
}

// Say prints a text and a line feed. A failed write is not reported: the terminal
// is gone, and nobody is left to tell.
func (p *Printer) Say(text Text, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.w, text.With(args...).In(p.language))
}
