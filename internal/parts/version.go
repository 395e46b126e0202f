package parts

import (
	"fmt"
	"regexp"
	"strconv"
)

// version is major, minor and patch.
type version [3]int

func (v version) String() string {
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}

var versionPattern = regexp.MustCompile(`\b(?:v|go)?(\d+)\.(\d+)(?:\.(\d+))?`)

// parseVersion finds the first version in what a program prints about itself, such
// as "InfluxDB v2.9.1 (git: d4fa194) build_date: ..." or "go version go1.26.8 linux/amd64".
func parseVersion(output string) (version, bool) {
	match := versionPattern.FindStringSubmatch(output)
	if match == nil {
		return version{}, false
	}
	var v version
	for i := range v {
		// A number too long to parse, or an absent patch, is 0.
		v[i], _ = strconv.Atoi(match[i+1])
	}
	return v, true
}
