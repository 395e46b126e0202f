package causes

import (
	"math"
	"strconv"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Format writes a value of the figure with its unit, as a person reads it.
func (f Figure) Format(value float64, language words.Language) string {
	switch f.Unit {
	case "bytes":
		if math.Abs(value) < 1<<30 {
			return rounded(value/(1<<20)) + " MiB"
		}
		return rounded(value/(1<<30)) + " GiB"
	case "hz":
		if math.Abs(value) < 1e9 {
			return rounded(value/1e6) + " MHz"
		}
		return rounded(value/1e9) + " GHz"
	case "percent":
		return rounded(value) + " %"
	case "celsius":
		return rounded(value) + " °C"
	case "watts":
		return rounded(value) + " W"
	case "seconds":
		if math.Abs(value) < 10 {
			return rounded(value) + " s"
		}
		return words.Span(value).In(language)
	}
	return rounded(value)
}

// rounded has three digits, or all that stand before the point.
func rounded(value float64) string {
	if math.Abs(value) >= 100 || value == math.Trunc(value) {
		return strconv.FormatFloat(value, 'f', 0, 64)
	}
	return strconv.FormatFloat(value, 'g', 3, 64)
}
