package logline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStampAt(t *testing.T) {
	for text, want := range map[string]struct {
		time   string
		style  stampStyle
		length int
	}{
		"2025-06-02 18:35:56,609 INFO":           {"2025-06-02T18:35:56.609Z", commaStyle, 23},
		"2025-06-02 18:35:56.609123456 [":        {"2025-06-02T18:35:56.609Z", dotStyle, 29},
		"2025-06-02T18:35:56.6+0800":             {"2025-06-02T18:35:56.6Z", dotStyle, 21},
		"2025/06/02 18:35:56 INFO":               {"2025-06-02T18:35:56Z", coarseStyle, 19},
		"2024-02-29 23:59:59, 518-x":             {"2024-02-29T23:59:59.518Z", commaStyle, 24},
		"2025-06-02 18:35:56":                    {"2025-06-02T18:35:56Z", coarseStyle, 19},
		"2025-06-02 18:35:56, yes":               {"2025-06-02T18:35:56Z", coarseStyle, 19},
		"2025-06-02T10:35:56.609Z stderr F INFO": {"", utcStyle, 24},
		"2025-06-02 18:35":                       {},
		"2025-13-02 18:35:56,609":                {},
		"2025-00-02 18:35:56,609":                {},
		"2025-06-32 18:35:56,609":                {},
		"2025-06-02 24:35:56,609":                {},
		"2025-06-02 18:6x:56,609":                {},
		"2025-06/02 18:35:56,609":                {},
		"1925-06-02 18:35:56,609":                {},
		"2025-06-02_18:35:56,609":                {},
		"20é5-06-02 18:35:56,609":                {},
	} {
		stamp, style, length := stampAt([]byte(text))
		require.Equal(t, want.style, style, text)
		require.Equal(t, want.length, length, text)
		if want.time != "" {
			require.Equal(t, want.time, stamp.In(time.UTC).Format(time.RFC3339Nano), text)
		} else {
			require.Equal(t, NoStamp, stamp, text)
		}
	}
}

func TestStampInAZone(t *testing.T) {
	stamp, _, _ := stampAt([]byte("2025-06-02 18:35:56,609"))
	east := time.FixedZone("CST", 8*3600)
	require.Equal(t, "2025-06-02T10:35:56.609Z", stamp.In(east).UTC().Format(time.RFC3339Nano))
	// The hour that comes twice, and the first of the two.
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	stamp, _, _ = stampAt([]byte("2025-10-26 02:30:00,000"))
	require.Equal(t, "2025-10-26T00:30:00Z", stamp.In(berlin).UTC().Format(time.RFC3339))
}

func TestCoarseStamps(t *testing.T) {
	for line, want := range map[string]bool{
		"2025-06-02 18:35:56 INFO yield speech len 1, rtf 1":     true,
		"2025-06-02 18:35:56,000 INFO yield speech len 1, rtf 1": false,
		"INFO:root:yield speech len 1, rtf 1":                    false,
	} {
		seen := false
		r := NewReader(func(record *Record) {
			seen = true
			require.Equal(t, want, record.Coarse, line)
		})
		_, _ = r.Write([]byte(line + "\n"))
		require.True(t, seen, line)
	}
}
