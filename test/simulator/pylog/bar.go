package pylog

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	barCells         = 10                     // tqdm's width when the terminal's is unknown
	barInterval      = 100 * time.Millisecond // tqdm's mininterval
	barSmoothing     = 0.3
	barPartialBlocks = " ▏▎▍▌▋▊▉"
)

// Bar is a tqdm progress bar with tqdm's defaults. Bars that are open at the
// same time stand below each other: the lower ones are written with newlines
// before and cursor-up sequences after them, on a file too.
type Bar struct {
	log       *Log
	total     int
	done      int
	position  int // lines below the cursor
	width     int // runes of the last text, to be blanked by a shorter one
	start     time.Time
	printed   time.Time
	printedAt int // done at the last print
	items     average
	seconds   average
}

// NewBar opens and shows a bar at 0 of total.
func (l *Log) NewBar(total int) *Bar {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := &Bar{log: l, total: total, position: l.freePosition(), start: now, printed: now}
	l.bars = append(l.bars, b)
	b.show(b.position, b.text(now, b.rate()))
	return b
}

func (l *Log) freePosition() int {
	for position := 0; ; position++ {
		taken := false
		for _, b := range l.bars {
			taken = taken || b.position == position
		}
		if !taken {
			return position
		}
	}
}

// Advance counts one item, and shows it unless the last print is too recent.
func (b *Bar) Advance() {
	b.log.mu.Lock()
	defer b.log.mu.Unlock()
	b.done++
	now := b.log.now()
	since := now.Sub(b.printed)
	if since < barInterval {
		return
	}
	b.items.add(float64(b.done - b.printedAt))
	b.seconds.add(since.Seconds())
	b.printed, b.printedAt = now, b.done
	b.show(b.position, b.text(now, b.rate()))
}

// Close shows the bar a last time, with the rate over its whole life, and
// ends its line. A bar of failed work closes where it stands.
func (b *Bar) Close() {
	b.log.mu.Lock()
	defer b.log.mu.Unlock()
	for i, other := range b.log.bars {
		if other == b {
			b.log.bars = append(b.log.bars[:i], b.log.bars[i+1:]...)
			break
		}
	}
	now := b.log.now()
	b.show(0, b.text(now, float64(b.done)/now.Sub(b.start).Seconds()))
	b.log.write("\n")
}

// rate is the smoothed number of items a second, 0 before the first print.
func (b *Bar) rate() float64 {
	if b.seconds.value() == 0 {
		return 0
	}
	return b.items.value() / b.seconds.value()
}

func (b *Bar) show(position int, text string) {
	width := utf8.RuneCountInString(text)
	blanks := strings.Repeat(" ", max(0, b.width-width))
	b.width = width
	b.log.write(strings.Repeat("\n", position) + "\r" + text + blanks + strings.Repeat("\x1b[A", position))
}

func (b *Bar) text(now time.Time, rate float64) string {
	share := float64(b.done) / float64(b.total)
	speed, remaining := "?it/s", "?"
	if rate > 0 && !math.IsInf(rate, 0) {
		speed = fmt.Sprintf("%5.2fit/s", rate)
		if rate < 1 {
			speed = fmt.Sprintf("%5.2fs/it", 1/rate)
		}
		remaining = clock(float64(b.total-b.done) / rate)
	}
	return fmt.Sprintf("%3.0f%%|%s| %d/%d [%s<%s, %s]",
		share*100, blocks(share), b.done, b.total, clock(now.Sub(b.start).Seconds()), remaining, speed)
}

// blocks draws share with a resolution of an eighth of a cell.
func blocks(share float64) string {
	partial := []rune(barPartialBlocks)
	eighths := int(share * barCells * float64(len(partial)))
	full, rest := eighths/len(partial), eighths%len(partial)
	if full >= barCells {
		return strings.Repeat("█", barCells)
	}
	return strings.Repeat("█", full) + string(partial[rest]) + strings.Repeat(" ", barCells-full-1)
}

func clock(seconds float64) string {
	s := int(seconds)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// average is an exponential moving average without the bias of its start.
type average struct {
	sum    float64
	weight float64
}

func (a *average) add(x float64) {
	a.sum = barSmoothing*x + (1-barSmoothing)*a.sum
	a.weight = barSmoothing + (1-barSmoothing)*a.weight
}

func (a *average) value() float64 {
	if a.weight == 0 {
		return 0
	}
	return a.sum / a.weight
}
