// Package top shows how speech servers and their GPUs are now, in a terminal: from InfluxDB, or
// straight from a plugin that it runs.
package top

import (
	"cmp"
	"slices"
	"time"
)

// Point is one of the plugin's, as it prints it or as InfluxDB gives it back.
type Point struct {
	Measurement string
	Time        time.Time
	Tags        map[string]string
	Fields      map[string]any // float64, int64 or string
}

// subject is whose reading a point is: that of a host, of one of its servers or of one of its GPUs.
type subject struct{ measurement, host, instance, uuid string }

func (p Point) subject() subject {
	return subject{p.Measurement, p.Tags["host"], p.Tags["instance"], p.Tags["uuid"]}
}

// number is a field's value, nil where it is not known.
func (p Point) number(field string) *float64 {
	switch value := p.Fields[field].(type) {
	case float64:
		return &value
	case int64:
		return new(float64(value))
	}
	return nil
}

func (p Point) text(field string) string {
	value, _ := p.Fields[field].(string)
	return value
}

// sample is a figure at a time.
type sample struct {
	at    time.Time
	value float64
}

// Trail is how a figure went.
type Trail []sample

// add keeps the samples in order, and each time once.
func (t Trail) add(at time.Time, value float64) Trail {
	i, known := slices.BinarySearchFunc(t, at, func(s sample, at time.Time) int { return s.at.Compare(at) })
	if known {
		t[i].value = value
		return t
	}
	return slices.Insert(t, i, sample{at, value})
}

// after are the samples that are not older than a time.
func (t Trail) after(since time.Time) Trail {
	i, _ := slices.BinarySearchFunc(t, since, func(s sample, since time.Time) int { return s.at.Compare(since) })
	return t[i:]
}

// bounds are the lowest and the highest value; there has to be one.
func (t Trail) bounds() (lowest, highest float64) {
	byValue := func(a, b sample) int { return cmp.Compare(a.value, b.value) }
	return slices.MinFunc(t, byValue).value, slices.MaxFunc(t, byValue).value
}
