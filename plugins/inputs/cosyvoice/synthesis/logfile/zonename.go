package logfile

import (
	"fmt"
	"time"
)

// ParseZone reads a time zone as TZ holds it: a name such as Asia/Shanghai, or a rule in
// the form of POSIX such as CST-8.
func ParseZone(name string) (*time.Location, error) {
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		return zone, nil
	}
	if zone := posixZone(name); zone != nil {
		return zone, nil
	}
	return nil, fmt.Errorf("%q is no time zone; give a name such as Asia/Shanghai or UTC, or a rule such as CST-8", name)
}
