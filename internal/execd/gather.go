package execd

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/influxdata/telegraf"
)

// panicFrames is how much of a panicking gather's stack is logged: enough to find
// the line, and a handful of short lines for Telegraf's log.
const panicFrames = 8

func (r *Runner) gather(acc telegraf.Accumulator) {
	if err := r.tryGather(acc); err != nil {
		r.Log.Errorf("Gather failed: %v", err)
	}
}

// tryGather turns a panic into an error, so that it costs one tick.
func (r *Runner) tryGather(acc telegraf.Accumulator) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
			r.logStack()
		}
	}()
	return r.Input.Gather(acc)
}

// logStack logs where a recovered panic came from, one frame a line.
func (r *Runner) logStack() {
	const skip = 3 // runtime.Callers, logStack and the deferred function
	var pcs [panicFrames]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(skip, pcs[:])])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		// The runtime's part depends on the kind of panic and says nothing.
		if !strings.HasPrefix(frame.Function, "runtime.") {
			r.Log.Debugf("  at %s (%s:%d)", frame.Function, frame.File, frame.Line)
		}
	}
}
