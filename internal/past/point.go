package past

import (
	"slices"
	"strings"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"
)

// point is one that the plugin could have written.
type point struct {
	measurement string
	tags        []tag // in the order of their keys
	fields      fields
	at          time.Time
}

type tag struct{ key, value string }

type field struct {
	name  string
	value lineprotocol.Value
}

type fields []field

// float leaves out what is not a number: it is not known.
func (f *fields) float(name string, value float64) {
	if v, ok := lineprotocol.FloatValue(value); ok {
		*f = append(*f, field{name, v})
	}
}

func (f *fields) integer(name string, value int64) {
	*f = append(*f, field{name, lineprotocol.IntValue(value)})
}

func (f *fields) flag(name string, set bool) {
	if set {
		f.integer(name, 1)
	} else {
		f.integer(name, 0)
	}
}

// text leaves out an empty one: there is nothing to say.
func (f *fields) text(name, value string) {
	if v, ok := lineprotocol.StringValue(value); ok && value != "" {
		*f = append(*f, field{name, v})
	}
}

// tagged are the tags of pairs of keys and values, in order; one without a value is absent.
func tagged(pairs ...string) []tag {
	var tags []tag
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			tags = append(tags, tag{pairs[i], pairs[i+1]})
		}
	}
	slices.SortFunc(tags, func(a, b tag) int { return strings.Compare(a.key, b.key) })
	return tags
}

// tag is the value of one, "" if the point has none.
func (p *point) tag(key string) string {
	for _, t := range p.tags {
		if t.key == key {
			return t.value
		}
	}
	return ""
}

// series names the one that the point belongs to.
func (p *point) series() string {
	var key strings.Builder
	key.WriteString(p.measurement)
	for _, t := range p.tags {
		key.WriteString("," + t.key + "=" + t.value)
	}
	return key.String()
}

// begin writes what comes before the fields.
func begin(e *lineprotocol.Encoder, measurement string, tags []tag) {
	e.StartLine(measurement)
	for _, t := range tags {
		e.AddTag(t.key, t.value)
	}
}

func (p *point) encode(e *lineprotocol.Encoder) {
	begin(e, p.measurement, p.tags)
	for _, f := range p.fields {
		e.AddField(f.name, f.value)
	}
	e.EndLine(p.at)
}
