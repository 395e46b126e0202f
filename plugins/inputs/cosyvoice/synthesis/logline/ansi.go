package logline

import "bytes"

const escape = 0x1b

// ansiLength is the length of the escape sequence at the beginning of b, or 0: ESC [,
// parameters, and a letter (ECMA-48, 5.4).
func ansiLength(b []byte) int {
	if len(b) < 2 || b[0] != escape || b[1] != '[' {
		return 0
	}
	for i := 2; i < len(b); i++ {
		if b[i] >= 0x40 && b[i] <= 0x7e {
			return i + 1
		}
	}
	return 0
}

// stripANSI appends b without its escape sequences to dst.
func stripANSI(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, escape)
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i+max(1, ansiLength(b[i:])):]
	}
}
