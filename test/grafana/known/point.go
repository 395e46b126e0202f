package known

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Point is one raw point.
type Point struct {
	Measurement string
	Tags        map[string]string // empty ones are left out
	At          time.Time
	Fields      map[string]any // float64, int or string
	Series      string         // measurement and tags, as in line protocol
}

// Number is the value of a field, if the point has it.
func (p *Point) Number(field string) (float64, bool) {
	switch v := p.Fields[field].(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

// Fact tells whether it is one for itself, which is kept in the bucket of events.
func (p *Point) Fact() bool {
	switch p.Measurement {
	case "cosyvoice_synthesis", "cosyvoice_event", "cosyvoice_flight", "cosyvoice_diagnosis", "cosyvoice_judgement":
		return true
	}
	return false
}

// Rolled tells whether there are windows of it.
func (p *Point) Rolled() bool {
	return !p.Fact() || p.Measurement == "cosyvoice_synthesis" || p.Measurement == "cosyvoice_event"
}

// named writes the measurement and the tags.
func (p *Point) named() string {
	var s strings.Builder
	s.WriteString(p.Measurement)
	for _, name := range slices.Sorted(maps.Keys(p.Tags)) {
		if p.Tags[name] != "" {
			s.WriteString("," + name + "=" + strings.ReplaceAll(p.Tags[name], " ", `\ `))
		}
	}
	return s.String() + ",service=cosyvoice3"
}

// line is a point in line protocol.
func line(series string, fields map[string]any, at time.Time) string {
	var s strings.Builder
	for name, v := range fields {
		s.WriteString("," + name + "=")
		switch v := v.(type) {
		case float64:
			s.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
		case int:
			s.WriteString(strconv.Itoa(v) + "i")
		case string:
			s.WriteString(strconv.Quote(v))
		}
	}
	return fmt.Sprintf("%s %s %d", series, s.String()[1:], at.UnixNano())
}
