package wal

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"

	"github.com/influxdata/telegraf"
)

// entry is what Telegraf writes for one metric (serializedMetric in its package
// metric); gob matches the fields by name. The metric of an entry with a tracking
// id is dropped by Telegraf after a restart, without an error.
type entry struct {
	M   telegraf.Metric
	TID telegraf.TrackingID
}

// Every entry carries the name of its gob type near its front. That is the only
// way to find the next entry once a length is wrong.
var typeName = []byte("serializedMetric")

// maxHeader is the most bytes before the type name: the entry's length and the
// head of gob's type definition, 12 bytes today.
const maxHeader = 24

// span is a range of bytes of a segment.
type span struct{ start, end int }

// scan counts the whole entries of a segment and finds the bytes that belong to
// none.
func scan(data []byte) (entries int, damage []span) {
	for pos := 0; pos < len(data); {
		if size := entrySize(data[pos:]); size > 0 {
			entries++
			pos += size
			continue
		}
		next := findEntry(data, pos+1)
		damage = append(damage, span{pos, next})
		pos = next
	}
	return entries, damage
}

// findEntry returns the offset of the first whole entry at or after from, or the
// end of the data.
func findEntry(data []byte, from int) int {
	for name := from; ; name += len(typeName) {
		offset := bytes.Index(data[name:], typeName)
		if offset < 0 {
			return len(data)
		}
		name += offset
		for start := max(from, name-maxHeader); start < name; start++ {
			if entrySize(data[start:]) > 0 {
				return start
			}
		}
	}
}

// entrySize returns the size of the whole entry that the data begin with, or 0.
// An entry is a length and that many bytes, see appendBinaryEntry() of tidwall/wal
// v1.2.1.
func entrySize(data []byte) int {
	length, head := binary.Uvarint(data)
	if head <= 0 || length == 0 || length > uint64(len(data)-head) {
		return 0
	}
	size := head + int(length)
	if !decodable(data[head:size]) {
		return 0
	}
	return size
}

// decodable tells whether the data are one metric and nothing else. Telegraf would
// accept bytes behind the metric, but they mean that the length is wrong and that
// the next entries are taken for a part of this one.
func decodable(data []byte) bool {
	var e entry
	reader := bytes.NewReader(data)
	err := gob.NewDecoder(reader).Decode(&e)
	return err == nil && reader.Len() == 0 && e.M != nil && complete(e.M)
}

// complete tells whether all parts of a metric are there. Zeros end a structure in
// gob, so a metric whose second half is zeros decodes without an error.
func complete(m telegraf.Metric) bool {
	if m.Name() == "" || m.Time().IsZero() || len(m.FieldList()) == 0 {
		return false
	}
	for _, field := range m.FieldList() {
		if field.Key == "" || field.Value == nil {
			return false
		}
	}
	for _, tag := range m.TagList() {
		if tag.Key == "" {
			return false
		}
	}
	return true
}

func only(data []byte, damage []span) []byte {
	var out []byte
	for _, d := range damage {
		out = append(out, data[d.start:d.end]...)
	}
	return out
}

func without(data []byte, damage []span) []byte {
	var out []byte
	pos := 0
	for _, d := range damage {
		out = append(out, data[pos:d.start]...)
		pos = d.end
	}
	return append(out, data[pos:]...)
}
