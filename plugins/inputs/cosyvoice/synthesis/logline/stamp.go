package logline

import "time"

// stampStyle tells the forms of a time apart.
type stampStyle uint8

const (
	noStyle    stampStyle = iota
	commaStyle            // 2025-06-02 18:35:56,609 as Python's logging writes it
	dotStyle
	coarseStyle // whole seconds
	utcStyle    // ends in Z: not of the server's own clock on the wall
)

// stampAt reads a date and time at the beginning of b and returns its length, or 0.
// The date may have slashes; a T may stand for the blank; the fraction has one to nine
// digits, and a blank before it where a translation tool put one.
func stampAt(b []byte) (s Stamp, style stampStyle, length int) {
	if len(b) < 19 || b[4] != b[7] || (b[4] != '-' && b[4] != '/') ||
		(b[10] != ' ' && b[10] != 'T') || b[13] != ':' || b[16] != ':' {
		return NoStamp, noStyle, 0
	}
	year := number2(b)*100 + number2(b[2:])
	month, day := number2(b[5:]), number2(b[8:])
	hour, minute, second := number2(b[11:]), number2(b[14:]), number2(b[17:])
	if year < 2000 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 ||
		uint(hour) > 23 || uint(minute) > 59 || uint(second) > 60 {
		return NoStamp, noStyle, 0
	}
	unix := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	s, style, length = Stamp(unix.UnixMilli()), coarseStyle, 19
	if millis, n := fraction(b[19:]); n > 0 {
		style = dotStyle
		if b[19] == ',' {
			style = commaStyle
		}
		s += millis
		length += n
	}
	if length < len(b) && b[length] == 'Z' {
		return NoStamp, utcStyle, length + 1
	}
	return s, style, length
}

// fraction reads ",609" or ".609123" as milliseconds.
func fraction(b []byte) (millis Stamp, length int) {
	if len(b) < 2 || (b[0] != ',' && b[0] != '.') {
		return 0, 0
	}
	start := 1
	if b[1] == ' ' {
		start = 2
	}
	i, scale := start, Stamp(100)
	for ; i < len(b) && isDigit(b[i]) && i < start+9; i++ {
		millis += Stamp(b[i]-'0') * scale
		scale /= 10
	}
	if i == start {
		return 0, 0
	}
	return millis, i
}

// number2 reads two digits; it is negative if they are none.
func number2(b []byte) int {
	if !isDigit(b[0]) || !isDigit(b[1]) {
		return -10000
	}
	return int(b[0]-'0')*10 + int(b[1]-'0')
}

func isDigit(c byte) bool { return c-'0' < 10 }

func isLetter(c byte) bool { return (c|0x20)-'a' < 26 }
