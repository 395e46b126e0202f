// Package schema is the list of what the plugin writes: measurements, tags and
// fields with their types and units. The plugin's README is made from it, and a
// test holds every point against it.
package schema

// Type is the type of a field in InfluxDB. A field's type never changes.
type Type string

// The types in use. Gauges and counters of seconds or joules are floats, ids and
// counts of events integers, flags the integers 0 and 1: Flux cannot sum booleans.
const (
	Float   Type = "float"
	Integer Type = "integer"
	String  Type = "string"
)

// Field is one field of a measurement.
type Field struct {
	Name string
	Type Type
	Unit string // empty for a bare number or text
	Doc  string
}

// Tag is one tag of a measurement.
type Tag struct{ Name, Doc string }

// Measurement is one kind of point.
type Measurement struct {
	Name   string
	Doc    string
	Tags   []Tag // beside service, and host, which Telegraf adds
	Fields []Field
}

// Find returns the measurement of that name, nil if there is none.
func Find(name string) *Measurement {
	for i := range Measurements {
		if Measurements[i].Name == name {
			return &Measurements[i]
		}
	}
	return nil
}

// Field returns the field of that name, nil if there is none.
func (m *Measurement) Field(name string) *Field {
	for i := range m.Fields {
		if m.Fields[i].Name == name {
			return &m.Fields[i]
		}
	}
	return nil
}

// HasTag tells whether points of the measurement may carry the tag.
func (m *Measurement) HasTag(name string) bool {
	for _, t := range m.Tags {
		if t.Name == name {
			return true
		}
	}
	return name == "service"
}
