package logline

import (
	"bytes"
	"unicode/utf8"
)

// textState is what is known of the text that was told last.
type textState struct {
	open     bool  // the next line may belong to it
	short    bool  // it is the one of a warning, which is told again
	blanks   int   // empty lines since: within a text, or before a bar; a CR LF makes one
	base     Stamp // of the line it began on, until another was passed over
	rejected int   // records inside it whose time cannot be
}

// characters counts the runes of a text in UTF-8 or GBK. One that is not UTF-8, or ASCII
// alone, may hold what Python writes for what it cannot encode (codecs, backslashreplace):
// \xe9, \u4f60 and \U0001f600 are one rune each, and so are two surrogates.
func characters(b []byte) int {
	if bytes.IndexByte(b, '\\') >= 0 && isASCII(b) {
		return len(b) - escaped(b)
	}
	if !utf8.Valid(b) {
		return charactersGBK(b)
	}
	n := 0
	for _, c := range b {
		if utf8.RuneStart(c) {
			n++
		}
	}
	return n
}

// wholeRunes cuts off the part of a rune that a line too long ends in.
func wholeRunes(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if first := b[len(b)-i]; utf8.RuneStart(first) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// escaped counts the bytes in b by which escapes are longer than the runes they stand for.
func escaped(b []byte) (extra int) {
	afterHigh := -1 // where the second half of a pair has to begin
	for i := 0; ; {
		next := bytes.IndexByte(b[i:], '\\')
		if next < 0 {
			return extra
		}
		i += next
		value, length := escapeAt(b[i:])
		switch {
		case length == 0:
			i++
			continue
		case value >= 0xdc00 && value <= 0xdfff && afterHigh == i:
			extra += length
		default:
			extra += length - 1
		}
		afterHigh = -1
		if i += length; value >= 0xd800 && value <= 0xdbff {
			afterHigh = i
		}
	}
}

// escapeAt reads a backslash escape of a rune beyond ASCII.
func escapeAt(b []byte) (value uint32, length int) {
	if len(b) < 2 || b[0] != '\\' {
		return 0, 0
	}
	switch b[1] {
	case 'x':
		length = 4
	case 'u':
		length = 6
	case 'U':
		length = 10
	}
	if length == 0 || len(b) < length {
		return 0, 0
	}
	for _, c := range b[2:length] {
		var digit byte
		switch {
		case isDigit(c):
			digit = c - '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			digit = (c | 0x20) - 'a' + 10
		default:
			return 0, 0
		}
		value = value<<4 | uint32(digit)
	}
	if value < utf8.RuneSelf {
		return 0, 0
	}
	return value, length
}

// charactersGBK counts those of GB 18030, of which GBK is a part: one, two or four bytes.
func charactersGBK(b []byte) (n int) {
	for i := 0; i < len(b); n++ {
		_, length := escapeAt(b[i:])
		switch {
		case length > 0:
			i += length
		case b[i] < 0x81 || b[i] == 0xff || i+1 == len(b):
			i++
		case b[i+1] >= 0x40 && b[i+1] != 0x7f && b[i+1] != 0xff:
			i += 2
		case i+3 < len(b) && isDigit(b[i+1]) && b[i+2] >= 0x81 && isDigit(b[i+3]):
			i += 4
		default:
			i++
		}
	}
	return n
}
