package config

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Duration is a time.Duration that is written as in Telegraf's own settings: a
// string like "500ms", "10s" or "1m30s", or a number of seconds.
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler; the toml package also hands
// it numbers, as text.
func (d *Duration) UnmarshalText(text []byte) error {
	if seconds, err := strconv.ParseFloat(string(text), 64); err == nil {
		if math.Abs(seconds) < math.MaxInt64/float64(time.Second) {
			*d = Duration(seconds * float64(time.Second))
			return nil
		}
	} else if parsed, err := time.ParseDuration(string(text)); err == nil {
		*d = Duration(parsed)
		return nil
	}
	return fmt.Errorf(`%q is not a duration; write for example "500ms", "10s" or "5m"`, text)
}
