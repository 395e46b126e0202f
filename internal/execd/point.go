package execd

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/influxdata/line-protocol/v2/lineprotocol"
)

var errNoField = errors.New("no valid field")

// Neither Telegraf nor InfluxDB undoes the encoder's \n, \r and \t in string
// fields, so these would be stored as a backslash and a letter.
var spaceForBreak = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")

// encode appends one point to dst as a line of line protocol, with tags and
// fields in order of their keys and the time in nanoseconds.
//
// A tag with an empty value is left out, as is a field whose value is nil or a
// nil pointer: it is absent. A field that line protocol cannot hold is left out
// too, and counted in badFields. The error says why the whole point is invalid:
// name, tags or time cannot be written, or no field is left. A damaged tag costs
// the point, because without the tag it would land in another series.
func encode(dst []byte, name string, tags map[string]string, fields map[string]any, t time.Time) (line []byte, badFields int, err error) {
	// The encoder takes these two, but a reader would see a comment and stamp
	// the point with its own clock.
	if strings.HasPrefix(name, "#") {
		return dst, 0, fmt.Errorf("measurement %q would be read as a comment", name)
	}
	if t.IsZero() {
		return dst, 0, errors.New("the time is zero")
	}

	var enc lineprotocol.Encoder
	enc.SetBuffer(dst)
	enc.StartLine(name)
	var space [64]string // more keys take memory from the heap
	keys := slices.AppendSeq(space[:0], maps.Keys(tags))
	slices.Sort(keys)
	for _, key := range keys {
		if tags[key] != "" {
			enc.AddTag(key, tags[key])
		}
	}
	keys = space[:0]
	for key, value := range fields {
		if indirect(reflect.ValueOf(value)).IsValid() {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	valid := 0
	for _, key := range keys {
		encoded, ok := fieldValue(indirect(reflect.ValueOf(fields[key])))
		if !ok || !validKey(key) {
			badFields++
			continue
		}
		enc.AddField(key, encoded)
		valid++
	}
	if err := enc.Err(); err != nil {
		return dst, badFields, err
	}
	if valid == 0 {
		return dst, badFields, errNoField
	}
	enc.EndLine(t)
	if err := enc.Err(); err != nil {
		return dst, badFields, err
	}
	return enc.Bytes(), badFields, nil
}

// indirect follows pointers; its result is invalid where the last one is nil.
func indirect(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

// fieldValue turns any number, boolean or string into a line-protocol value.
//
// Unsigned integers become signed ones, as in Telegraf: InfluxDB treats the two
// as different types of the same field. Those above MaxInt64 are no readings:
// NVML answers 2^64-1 (NVML_VALUE_NOT_AVAILABLE, nvml.h) for what it cannot tell,
// which as a float is 2^64.
func fieldValue(v reflect.Value) (lineprotocol.Value, bool) {
	switch {
	case v.CanInt():
		return lineprotocol.IntValue(v.Int()), true
	case v.CanUint():
		if v.Uint() > math.MaxInt64 {
			return lineprotocol.Value{}, false
		}
		return lineprotocol.IntValue(int64(v.Uint())), true
	case v.CanFloat():
		if v.Float() == 1<<64 {
			return lineprotocol.Value{}, false
		}
		return lineprotocol.FloatValue(v.Float())
	case v.Kind() == reflect.Bool:
		return lineprotocol.BoolValue(v.Bool()), true
	case v.Kind() == reflect.String:
		return lineprotocol.StringValue(spaceForBreak.Replace(v.String()))
	default:
		return lineprotocol.Value{}, false
	}
}

// validKey applies the encoder's own rules to a field key beforehand: one bad
// key makes the encoder give up the whole line.
func validKey(key string) bool {
	return key != "" &&
		utf8.ValidString(key) &&
		!strings.ContainsFunc(key, isASCIIControl) &&
		!strings.HasSuffix(key, `\`)
}

func isASCIIControl(r rune) bool { return r <= unicode.MaxASCII && unicode.IsControl(r) }
