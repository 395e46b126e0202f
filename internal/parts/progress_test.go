package parts

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lineWriter hands over what is written, a write at a time.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

func TestLongStepShowsLifeUntilTheNextStep(t *testing.T) {
	cases := map[string]struct {
		redraw     bool
		start, end string
	}{
		"file":     {false, "part 1.0.0:", "\n"},
		"terminal": {true, "\r\x1b[Kpart 1.0.0:", "on 2 cores"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			lines := make(lineWriter)
			r := newReporter(lines, "part 1.0.0")
			r.redraw = test.redraw
			r.interval = time.Millisecond
			ended := make(chan struct{})
			go func() {
				r.longStep("compiling", "2 minutes")
			}()
			require.Contains(t, <-lines, "compiling, about 2 minutes on 2 cores\n")
			for range 2 {
				line := <-lines
				require.True(t, strings.HasPrefix(line, test.start), "%q", line)
				require.True(t, strings.HasSuffix(line, test.end), "%q", line)
			}
			go func() {
				r.step("installing")
				r.close()
				close(ended)
			}()
			for line := range lines {
				if strings.Contains(line, "installing") {
					break
				}
			}
			<-ended
		})
	}
}
