package execd

import (
	"math"
	"testing"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"
	"github.com/stretchr/testify/require"
)

var noon = time.Unix(1700000000, 123456789)

func TestEncode(t *testing.T) {
	type level uint8
	seven := 7
	tests := []struct {
		name      string
		tags      map[string]string
		fields    map[string]any
		want      string
		badFields int
	}{
		{
			name:   "tags and fields are sorted",
			tags:   map[string]string{"role": "main", "instance": "50000"},
			fields: map[string]any{"b": 2.5, "a": 1.0, "c": "x"},
			want:   `m,instance=50000,role=main a=1,b=2.5,c="x" 1700000000123456789` + "\n",
		},
		{
			name: "every width of number",
			fields: map[string]any{
				"a": int8(-1), "b": int16(-2), "c": int32(-3), "d": int64(math.MinInt64), "e": -5,
				"f": uint8(6), "g": uint16(7), "h": uint32(8), "i": uint64(math.MaxInt64), "j": uint(10),
				"k": float32(0.5), "l": true, "m": level(3),
			},
			want: "m a=-1i,b=-2i,c=-3i,d=-9223372036854775808i,e=-5i,f=6i,g=7i,h=8i,i=9223372036854775807i," +
				"j=10i,k=0.5,l=true,m=3i 1700000000123456789\n",
		},
		{
			name:   "nil is absent, not invalid",
			fields: map[string]any{"a": &seven, "b": (*int)(nil), "c": nil},
			want:   "m a=7i 1700000000123456789\n",
		},
		{
			name:   "an empty tag value is left out",
			tags:   map[string]string{"version": "", "host": "a"},
			fields: map[string]any{"a": 1},
			want:   "m,host=a a=1i 1700000000123456789\n",
		},
		{
			name: "invalid fields are left out and counted",
			fields: map[string]any{
				"nan": math.NaN(), "inf": math.Inf(-1), "nvml": uint64(math.MaxUint64), "big": uint64(math.MaxInt64) + 1,
				"nvml as a float": float64(math.MaxUint64), "": 1, "new\nline": 1, `slash\`: 1, "list": []int{1}, "utf8": "\xff", "good": 1,
			},
			want:      "m good=1i 1700000000123456789\n",
			badFields: 10,
		},
		{
			name:   "line breaks in texts become spaces",
			fields: map[string]any{"a": "one\r\ntwo\tthree\n"},
			want:   `m a="one two three " 1700000000123456789` + "\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			line, badFields, err := encode(nil, "m", test.tags, test.fields, noon)
			require.NoError(t, err)
			require.Equal(t, test.want, string(line))
			require.Equal(t, test.badFields, badFields)
		})
	}
}

func TestEncodeInvalidPoint(t *testing.T) {
	one := map[string]any{"a": 1}
	tests := []struct {
		name        string
		measurement string
		tags        map[string]string
		fields      map[string]any
		time        time.Time
	}{
		{"no name", "", nil, one, noon},
		{"comment", "#m", nil, one, noon},
		{"line break in name", "m\nm", nil, one, noon},
		{"line break in tag", "m", map[string]string{"t": "a\nb"}, one, noon},
		{"trailing backslash in tag", "m", map[string]string{"t": `a\`}, one, noon},
		{"empty tag key", "m", map[string]string{"": "a"}, one, noon},
		{"no field", "m", nil, nil, noon},
		{"no valid field", "m", nil, map[string]any{"a": math.NaN()}, noon},
		{"no time", "m", nil, one, time.Time{}},
		{"time out of range", "m", nil, one, time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			line, _, err := encode([]byte("kept\n"), test.measurement, test.tags, test.fields, test.time)
			require.Error(t, err)
			require.Equal(t, "kept\n", string(line))
		})
	}
}

// Whatever is given to encode, its output is one whole line that reads back as
// the same point, without the fields that are no readings, or nothing.
func FuzzEncode(f *testing.F) {
	f.Add("m", "tag", "value", "key", "text", 1.5, uint64(7), int64(1))
	f.Add("#", "", "\n", `\`, "\x00", math.NaN(), uint64(math.MaxUint64), int64(math.MinInt64))
	f.Add(`a,b= c\,`, `=,\ `, `\=`, `"\ ,=`, `\"`, math.Inf(1), uint64(0), int64(-1))
	f.Add("m", "", "", "key", "\xff", float64(math.MaxUint64), uint64(math.MaxInt64)+1, int64(0))
	f.Fuzz(func(t *testing.T, name, tagKey, tagValue, fieldKey, text string, number float64, big uint64, nanos int64) {
		fields := map[string]any{fieldKey: text, fieldKey + "1": number, fieldKey + "2": big}
		at := time.Unix(0, nanos)
		line, badFields, err := encode(nil, name, map[string]string{tagKey: tagValue}, fields, at)
		if err != nil {
			require.Empty(t, line)
			return
		}
		dec := lineprotocol.NewDecoderWithBytes(line)
		require.True(t, dec.Next())
		gotName, err := dec.Measurement()
		require.NoError(t, err)
		require.Equal(t, name, string(gotName))

		key, value, err := dec.NextTag()
		require.NoError(t, err)
		require.Equal(t, tagValue, string(value))
		if tagValue != "" {
			require.Equal(t, tagKey, string(key))
			key, _, err = dec.NextTag()
			require.NoError(t, err)
			require.Nil(t, key)
		}

		read := 0
		for {
			key, value, err := dec.NextField()
			require.NoError(t, err)
			if key == nil {
				break
			}
			read++
			switch string(key) {
			case fieldKey:
				require.Equal(t, spaceForBreak.Replace(text), value.StringV())
			case fieldKey + "1":
				require.Equal(t, number, value.FloatV())
				require.Less(t, math.Abs(number), math.Inf(1)) // nor NaN, which is less than nothing
				require.NotEqual(t, float64(math.MaxUint64), number)
			case fieldKey + "2":
				require.Equal(t, int64(big), value.IntV())
				require.LessOrEqual(t, big, uint64(math.MaxInt64))
			default:
				t.Fatalf("unexpected field %q in %q", key, line)
			}
		}
		require.Equal(t, len(fields)-badFields, read)
		got, err := dec.Time(lineprotocol.Nanosecond, time.Time{})
		require.NoError(t, err)
		require.True(t, at.Equal(got), "%s is not %s", got, at)
		require.False(t, dec.Next(), "more than one line in %q", line)
	})
}

func BenchmarkEncode(b *testing.B) {
	tags := map[string]string{"host": "tts-1", "instance": "50000", "service": "cosyvoice3", "version": "a1b2c3d"}
	fields := map[string]any{}
	for _, key := range []string{"up", "ready", "uptime_seconds", "cpu_percent", "memory_rss_bytes", "gpu_memory_bytes"} {
		fields[key] = 12345.678
	}
	var line []byte
	for b.Loop() {
		line, _, _ = encode(line[:0], "cosyvoice_service", tags, fields, noon)
	}
}
