package synthesis

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// truth is what the program that made a log knew of it, by its own clock.
type truth struct {
	TZ       string   `json:"tz"`
	LogFiles []string `json:"log_files"`
	// Alike marks a log with lines in the users' texts that no reader can tell from the
	// server's.
	Alike  bool `json:"cannot_be_told_apart"`
	Totals struct {
		Audio   float64 `json:"audio_s"`
		Compute float64 `json:"compute_s"`
		Yields  int     `json:"yields"`
	} `json:"totals"`
	Requests []truthRequest `json:"requests"`
}

type truthRequest struct {
	ID      string  `json:"id"`
	Mode    string  `json:"mode"`
	Stream  bool    `json:"stream"`
	Outcome string  `json:"outcome"`
	End     float64 `json:"t_end"`
	Error   *struct {
		Class   string `json:"cls"`
		Message string `json:"msg"`
		Error   string `json:"error"`
	} `json:"error"`
	Yields   int            `json:"yields"`
	Audio    float64        `json:"audio_s"`
	Compute  float64        `json:"compute_s"`
	Segments []truthSegment `json:"segments"`
}

type truthSegment struct {
	Start  float64 `json:"t_start"`
	Chars  int     `json:"chars"`
	Yields []struct {
		At    float64 `json:"t"`
		Audio float64 `json:"audio_s"`
		RTF   float64 `json:"rtf"`
	} `json:"yields"`
}

func readTruth(t *testing.T, folder string) truth {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "truth.json"))
	require.NoError(t, err)
	var told truth
	require.NoError(t, json.Unmarshal(text, &told))
	return told
}

var posixZone = regexp.MustCompile(`^<?[A-Za-z+0-9-]*?>?([+-]?\d+)(?::(\d+))?$`)

// zone reads the zones that the logs were made in: a name, or POSIX, where CST-8 is east
// of Greenwich.
func (t *truth) zone(tb testing.TB) *time.Location {
	tb.Helper()
	if m := posixZone.FindStringSubmatch(t.TZ); m != nil {
		west, err := time.ParseDuration(m[1] + "h" + cmp.Or(m[2], "0") + "m")
		require.NoError(tb, err)
		return time.FixedZone(t.TZ, -int(west.Seconds()))
	}
	zone, err := time.LoadLocation(t.TZ)
	require.NoError(tb, err)
	return zone
}

// expected is the class that the plugin should give an error, by the words of the
// libraries that raise it.
func (r *truthRequest) expected() string {
	if r.Error == nil {
		return ""
	}
	if r.Error.Error != "" {
		return r.Error.Error
	}
	for _, known := range []struct{ words, class string }{
		{"out of memory", "out_of_memory"},
		{"illegal memory access", "illegal_access"},
		{"device-side assert", "device_assert"},
		{"Calculated padded input size", "no_tokens"},
		{"failed to create trt context", "tensorrt"},
		{"longer than 30s", "bad_input"},
		{"must be greater than", "bad_input"},
		{"only implemented for", "unsupported"},
		{"Invalid file: tensor", "unsupported"},
		{"Format not recognised", "bad_input"},
	} {
		if strings.Contains(r.Error.Message, known.words) {
			return known.class
		}
	}
	if r.Error.Class == "KeyError" {
		return "bad_input"
	}
	return "other"
}
