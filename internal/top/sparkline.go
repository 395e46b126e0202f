package top

import (
	"math"
	"strings"
	"time"
)

// levels are the eighths of a character cell (Unicode, Block Elements).
var levels = []rune("▁▂▃▄▅▆▇█")

// sparkline draws the last span of a trail, the newest at the right, from low to high: in each cell
// the highest value of its time. A cell without a value is empty.
func sparkline(trail Trail, until time.Time, span time.Duration, width int, low, high float64) string {
	cells := make([]float64, width)
	for i := range cells {
		cells[i] = math.NaN()
	}
	begin := until.Add(-span)
	for _, s := range trail {
		// The last cell ends with the newest sample in it.
		i := int(math.Ceil(float64(s.at.Sub(begin))/float64(span)*float64(width))) - 1
		if i >= 0 && i < width && !(cells[i] >= s.value) {
			cells[i] = s.value
		}
	}
	var line strings.Builder
	for _, value := range cells {
		switch {
		case math.IsNaN(value):
			line.WriteByte(' ')
		case high <= low:
			line.WriteRune(levels[0])
		default:
			share := min(max((value-low)/(high-low), 0), 1)
			line.WriteRune(levels[int(math.Round(share*float64(len(levels)-1)))])
		}
	}
	return line.String()
}

// bar fills a line with parts of a whole, each by a character of its own, and the rest by dots. A
// part that is there takes a cell at least.
func bar(width int, whole float64, parts []part) string {
	var line strings.Builder
	drawn, sum := 0, 0.0
	for _, p := range parts {
		sum += p.value
		end := min(int(math.Round(sum/whole*float64(width))), width)
		if p.value > 0 && drawn < width {
			end = max(end, drawn+1)
		}
		line.WriteString(strings.Repeat(p.sign, max(end-drawn, 0)))
		drawn = max(end, drawn)
	}
	return line.String() + strings.Repeat("·", width-drawn)
}

// part is one of a bar.
type part struct {
	sign  string
	value float64
}
