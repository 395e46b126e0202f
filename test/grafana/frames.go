package grafana

import (
	"cmp"
	"fmt"
	"io"

	"github.com/influxdata/influxdb-client-go/v2/api"
	"github.com/influxdata/influxdb-client-go/v2/api/query"
)

// Frame is what a panel draws one series or one table from.
type Frame struct {
	Name   string
	Labels map[string]string // the columns of the group key
	Fields []Field
	Simple bool // a time and a value, which is named after the field
}

// Field is a column of a frame.
type Field struct {
	Name   string
	Type   string // time, number, string or boolean
	Values []any  // nil where there is none
}

// Field returns the field of that name, nil if there is none.
func (f *Frame) Field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// Times are those of its first field of times, nil if there is none.
func (f *Frame) Times() []any {
	for i := range f.Fields {
		if f.Fields[i].Type == "time" {
			return f.Fields[i].Values
		}
	}
	return nil
}

// Rows is how many there are.
func (f *Frame) Rows() int {
	if len(f.Fields) == 0 {
		return 0
	}
	return len(f.Fields[0].Values)
}

var types = map[string]string{
	"dateTime:RFC3339": "time", "dateTime:RFC3339Nano": "time", "double": "number", "long": "number",
	"unsignedLong": "number", "string": "string", "boolean": "boolean", "duration": "string",
}

// Frames reads annotated CSV. More series than allowed, or more rows of one than ten times the
// points that the panel asked for, are an error: Grafana cuts the rest off and says so.
func Frames(csv io.ReadCloser, series, points int) ([]*Frame, error) {
	result := api.NewQueryTableResult(csv)
	defer func() { _ = result.Close() }()
	var frames []*Frame
	var columns []*query.FluxColumn // of the newest frame, as its fields
	var table string
	for result.Next() {
		if of := fmt.Sprint(result.Record().Result(), result.Record().Table()); result.TableChanged() || of != table {
			table = of
			if len(frames) == series {
				return frames, fmt.Errorf("results are truncated: more than %d series", series)
			}
			var frame *Frame
			frame, columns = begin(result.TableMetadata().Columns(), result.Record())
			frames = append(frames, frame)
		}
		frame := frames[len(frames)-1]
		for i, c := range columns {
			frame.Fields[i].Values = append(frame.Fields[i].Values, result.Record().ValueByKey(c.Name()))
		}
		if frame.Rows() > 10*points {
			return frames, fmt.Errorf("results are truncated: more than 10 times %d rows", points)
		}
	}
	return frames, result.Err()
}

// begin makes an empty frame of a table's columns and its first row.
func begin(all []*query.FluxColumn, row *query.FluxRecord) (*Frame, []*query.FluxColumn) {
	f := &Frame{Labels: map[string]string{}}
	var columns []*query.FluxColumn
	for _, c := range all {
		switch {
		case c.Name() == "result" || c.Name() == "table":
		case c.IsGroup():
			f.Labels[c.Name()] = text(row.ValueByKey(c.Name()))
		default:
			columns = append(columns, c)
			f.Fields = append(f.Fields, Field{Name: c.Name(), Type: types[c.DataType()]})
		}
	}
	if t, v := f.Field("_time"), f.Field("_value"); len(f.Fields) == 2 && t != nil && v != nil && t.Type == "time" {
		f.Simple, f.Name = true, f.Labels["_measurement"]
		t.Name, v.Name = "Time", cmp.Or(f.Labels["_field"], "Value")
		for _, own := range []string{"_start", "_stop", "_measurement", "_field"} {
			delete(f.Labels, own)
		}
	}
	return f, columns
}

// text is a label's value, empty where a series has no such tag.
func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
