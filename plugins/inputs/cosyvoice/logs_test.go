package cosyvoice

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logfile"
)

// What was told is saved half a minute after each tick that told it, what was not only
// once a minute.
func TestWhenItIsSavedHowFarLogsWereRead(t *testing.T) {
	const tick = 10 * time.Second
	for name, tc := range map[string]struct {
		news synthesis.News
		want []int // ticks at which is saved what was read at which
	}{
		"nothing":     {synthesis.News{}, []int{-1, -1, -1, 0, -1, -1, -1, -1, -1, 6, -1, -1}},
		"a synthesis": {synthesis.News{Syntheses: make([]synthesis.Synthesis, 1)}, []int{-1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8}},
		"a load":      {synthesis.News{Loads: make([]synthesis.Load, 1)}, []int{-1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Cosyvoice{RunnerStats: func() execd.Stats { return execd.Stats{} }}
			begin := time.Now()
			for i, want := range tc.want {
				position := logfile.Position{Saved: begin.Add(time.Duration(i))}
				c.checkpoint = synthesis.Checkpoint{"a": position}
				c.news = c.news || tells([]synthesis.Reading{{}, {News: tc.news}})
				c.toSave = nil
				c.remember(begin.Add(time.Duration(i) * tick))
				got := -1
				if c.toSave != nil {
					got = int(c.toSave["a"].Saved.Sub(begin))
				}
				assert.Equal(t, want, got, "at tick %d", i)
			}
		})
	}
}
