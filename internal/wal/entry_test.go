package wal

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/metric"
	"github.com/stretchr/testify/require"
)

// segmentOf returns a segment with three entries of one size.
func segmentOf(t testing.TB) (data []byte, entry int) {
	t.Helper()
	for i := 1; i <= 3; i++ {
		payload := encoded(t, i)
		data = binary.AppendUvarint(data, uint64(len(payload)))
		data = append(data, payload...)
	}
	require.Zero(t, len(data)%3)
	return data, len(data) / 3
}

func TestScanFindsAllEntriesBeforeADamagedTail(t *testing.T) {
	whole, entry := segmentOf(t)
	cases := map[string]struct {
		damage func(data []byte, offset int) []byte
		// Zeros and other bytes can fall on a value and leave an entry that says
		// another thing: only a checksum could tell, and the log has none.
		mayKeepDamaged bool
	}{
		"cut": {damage: func(data []byte, offset int) []byte {
			return data[:offset]
		}},
		"zeros to the end": {mayKeepDamaged: true, damage: func(data []byte, offset int) []byte {
			clear(data[offset:])
			return data
		}},
		"cut and zeros": {mayKeepDamaged: true, damage: func(data []byte, offset int) []byte {
			return append(data[:offset], make([]byte, 4096)...)
		}},
		"cut and other bytes": {mayKeepDamaged: true, damage: func(data []byte, offset int) []byte {
			return append(data[:offset], bytes.Repeat([]byte{0xa5}, 300)...)
		}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			for offset := 2*entry - 1; offset < len(whole); offset++ {
				data := test.damage(slices.Clone(whole), offset)
				entries, damage := scan(data)
				kept := offset / entry
				if test.mayKeepDamaged && entries == kept+1 {
					kept++
				}
				require.Equal(t, kept, entries, "damage at %d", offset)
				if kept*entry == len(data) {
					require.Empty(t, damage, "damage at %d", offset)
				} else {
					require.Equal(t, []span{{kept * entry, len(data)}}, damage, "damage at %d", offset)
				}
			}
		})
	}
}

// A bad byte, from a worn disk, costs at most the entry that it hits.
func TestScanFindsTheEntriesAfterADamagedByte(t *testing.T) {
	whole, entry := segmentOf(t)
	for offset := entry; offset < 2*entry; offset++ {
		for _, value := range []byte{0, whole[offset] ^ 1, whole[offset] ^ 0x80} {
			data := slices.Clone(whole)
			data[offset] = value
			entries, damage := scan(data)
			if entries == 3 {
				require.Empty(t, damage)
				continue
			}
			require.Equal(t, 2, entries, "byte %d set to %#x", offset, value)
			require.Equal(t, []span{{entry, 2 * entry}}, damage, "byte %d set to %#x", offset, value)
		}
	}
}

// Zeros in a metric leave parts of it empty, which gob does not mind.
func TestMetricWithoutAPartIsNotComplete(t *testing.T) {
	now := time.Unix(1700000000, 0)
	tags := map[string]string{"host": "box"}
	fields := map[string]any{"temperature_c": 61.5}
	cases := map[string]func() telegraf.Metric{
		"name":   func() telegraf.Metric { return metric.New("", tags, fields, now) },
		"time":   func() telegraf.Metric { return metric.New("m", tags, fields, time.Time{}) },
		"fields": func() telegraf.Metric { return metric.New("m", tags, nil, now) },
		"field's key": func() telegraf.Metric {
			m := metric.New("m", tags, fields, now)
			m.FieldList()[0].Key = ""
			return m
		},
		"field's value": func() telegraf.Metric {
			m := metric.New("m", tags, fields, now)
			m.FieldList()[0].Value = nil
			return m
		},
		"tag's key": func() telegraf.Metric {
			m := metric.New("m", tags, fields, now)
			m.TagList()[0].Key = ""
			return m
		},
	}
	require.True(t, complete(metric.New("m", nil, fields, now)))
	for name, incomplete := range cases {
		t.Run(name, func(t *testing.T) {
			require.False(t, complete(incomplete()))
			data, err := metric.ToBytes(incomplete())
			require.NoError(t, err)
			require.False(t, decodable(data))
		})
	}
}

// Whatever a segment holds, what the scan keeps is what Telegraf can decode, and
// every byte is either kept or damage.
func FuzzScan(f *testing.F) {
	whole, entry := segmentOf(f)
	f.Add(whole)
	f.Add(whole[:2*entry+50])
	f.Add(whole[7:])
	f.Add(make([]byte, 50))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, damage := scan(data)
		kept := without(data, damage)
		require.Equal(t, len(data), len(kept)+len(only(data, damage)))
		for range entries {
			length, head := binary.Uvarint(kept)
			require.Positive(t, head)
			_, err := metric.FromBytes(kept[head : head+int(length)])
			if err != nil {
				require.ErrorIs(t, err, metric.ErrSkipTracking)
			}
			kept = kept[head+int(length):]
		}
		require.Empty(t, kept)
	})
}
