package triton

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// sample is one line of Prometheus' text format, as
// https://prometheus.io/docs/instrumenting/exposition_formats/ has it. The library for it
// would make the plugin a quarter larger.
type sample struct {
	name   string
	labels map[string]string
	value  float64
}

// most is the largest count that a float holds exactly.
const most = 1 << 53

func parseSample(line string) (sample, error) {
	s := sample{labels: map[string]string{}}
	end := strings.IndexAny(line, "{ \t")
	if end < 0 {
		return s, errors.New("it has no value")
	}
	s.name = line[:end]
	rest := line[end:]
	if rest[0] == '{' {
		var err error
		if rest, err = s.parseLabels(rest[1:]); err != nil {
			return s, err
		}
	}
	fields := strings.Fields(rest) // the value, and perhaps a time
	if len(fields) == 0 {
		return s, errors.New("it has no value")
	}
	value, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return s, fmt.Errorf("read its value: %w", err)
	}
	if !(value >= 0 && value <= most) { // NaN is neither
		return s, fmt.Errorf("%g is no count", value)
	}
	s.value = value
	return s, nil
}

var unescape = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n")

// parseLabels reads labels up to the brace that ends them, and returns what follows.
func (s *sample) parseLabels(text string) (rest string, err error) {
	for {
		text = strings.TrimLeft(text, " \t,")
		if after, ended := strings.CutPrefix(text, "}"); ended {
			return after, nil
		}
		name, value, ok := strings.Cut(text, `="`)
		if !ok {
			return "", errors.New("its labels do not end")
		}
		end := closingQuote(value)
		if end < 0 {
			return "", errors.New("the value of a label does not end")
		}
		s.labels[name] = unescape.Replace(value[:end])
		text = value[end+1:]
	}
}

// closingQuote finds the quote that is not escaped; -1 if there is none.
func closingQuote(text string) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
