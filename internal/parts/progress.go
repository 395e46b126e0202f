package parts

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// reporter tells a person how far a build is: a line for each step, and signs of
// life while a long step runs.
type reporter struct {
	out     io.Writer
	title   string
	started time.Time

	redraw   bool // on a terminal the sign of life replaces the one before
	interval time.Duration

	endLongStep func()
}

func newReporter(out io.Writer, title string) *reporter {
	r := &reporter{out: out, title: title, started: time.Now(), interval: 15 * time.Second, endLongStep: func() {}}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		r.redraw = true
		r.interval = time.Second
	}
	return r
}

// step says that a step begins, and ends the one before.
func (r *reporter) step(what string) {
	r.endLongStep()
	r.endLongStep = func() {}
	fmt.Fprintln(r.out, r.line(what))
}

// longStep is a step that takes about the expected time on 2 cores, and says so
// at intervals until the next step.
func (r *reporter) longStep(what, expected string) {
	what = fmt.Sprintf("%s, about %s on 2 cores", what, expected)
	r.step(what)
	stop, done := make(chan struct{}), make(chan struct{})
	r.endLongStep = func() {
		close(stop)
		<-done
	}
	go func() {
		defer close(done)
		r.showLife(what, stop)
	}()
}

func (r *reporter) showLife(what string, stop <-chan struct{}) {
	const toLineStart, eraseLine = "\r", "\x1b[K"
	ticker := time.NewTicker(r.interval)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			if r.redraw {
				fmt.Fprint(r.out, toLineStart+eraseLine)
			}
			return
		case <-ticker.C:
			if r.redraw {
				fmt.Fprint(r.out, toLineStart+eraseLine+r.line(what))
			} else {
				fmt.Fprintln(r.out, r.line(what))
			}
		}
	}
}

func (r *reporter) line(what string) string {
	elapsed := time.Since(r.started).Round(time.Second)
	return fmt.Sprintf("%s: %5s  %s", r.title, elapsed, what)
}

// close ends the step that runs.
func (r *reporter) close() {
	r.endLongStep()
}
