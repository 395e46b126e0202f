package influx

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Literal writes a text as a string of Flux, whatever is in it: names of hosts and requests come from
// outside. Unlike Go's, ${ begins an expression in it, and there is no \u.
// (https://docs.influxdata.com/flux/v0/spec/lexical-elements/#string-literals)
func Literal(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(text) {
		if c < ' ' || c == 0x7f || strings.IndexByte(`"\${}`, c) >= 0 {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Exactly is a regular expression of Flux that matches one text alone.
func Exactly(text string) string {
	return `regexp.compile(v: ` + Literal("^"+regexp.QuoteMeta(text)+"$") + `)`
}

// Time writes a time as Flux does.
func Time(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
