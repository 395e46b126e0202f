package datagram

import (
	"fmt"
	"math"
	"time"
)

// Longest texts in bytes, and the largest numbers that are believed.
const (
	maxName    = 100
	maxMessage = 600
	maxSeconds = 1e8          // three years
	maxEpoch   = 253402300799 // the end of the year 9999
	maxCount   = 1 << 40
	maxBytes   = 1 << 50
)

// checker keeps the first error.
type checker struct{ err error }

func (c *checker) fail(field, what string) {
	if c.err == nil {
		c.err = fmt.Errorf("field %s %s", field, what)
	}
}

// word is letters, digits, - and _.
func (c *checker) word(field, s string) string {
	if s == "" || len(s) > maxName {
		c.fail(field, "is missing or too long")
	}
	for _, r := range []byte(s) {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			c.fail(field, "holds more than letters, digits, - and _")
		}
	}
	return s
}

// text is printable ASCII.
func (c *checker) text(field, s string, longest int) string {
	if len(s) > longest {
		c.fail(field, "is too long")
	}
	for _, r := range []byte(s) {
		if r < ' ' || r > '~' {
			c.fail(field, "holds a character that is not printable ASCII")
		}
	}
	return s
}

func (c *checker) count(field string, n *int) *int {
	if n != nil && (*n < 0 || *n > maxCount) {
		c.fail(field, "is out of range")
	}
	return n
}

func (c *checker) seconds(field string, s *float64) *float64 {
	if s != nil && (*s < 0 || *s > maxSeconds) {
		c.fail(field, "is out of range")
	}
	return s
}

// value is a number of seconds that must be there.
func (c *checker) value(field string, s *float64) float64 {
	if s == nil {
		c.fail(field, "is missing")
		return 0
	}
	return *c.seconds(field, s)
}

// moment is a time that must be there, in seconds since 1970.
func (c *checker) moment(field string, epoch *float64) time.Time {
	if epoch == nil || *epoch <= 0 || *epoch > maxEpoch {
		c.fail(field, "is missing or out of range")
		return time.Time{}
	}
	return time.UnixMicro(int64(math.Round(*epoch * 1e6)))
}

// after gives back the later time to check the next one by.
func (c *checker) after(field string, t, earliest time.Time) time.Time {
	if t.Before(earliest) {
		c.fail(field, "is before what comes before it")
	}
	return t
}

// bytes is a size that must be there.
func (c *checker) bytes(field string, n *int64) int64 {
	if n == nil || *n < 0 || *n > maxBytes {
		c.fail(field, "is missing or out of range")
		return 0
	}
	return *n
}

func (c *checker) memory(field string, s *AllocatorState) {
	if s == nil {
		return
	}
	for _, n := range []int64{s.AllocatedBytes, s.ReservedBytes, s.PeakBytes, s.Retries, s.OOMs} {
		if n < 0 || n > maxBytes {
			c.fail(field, "is out of range")
		}
	}
}
