package logline

import "bytes"

const maxMessage = 200

// redact returns the beginning of an error's message up to what may be a user's text or
// a path: a quotation, a bracket, a path, anything that is not English, a long number, or
// what follows a colon.
func redact(message []byte) string {
	digits, end := 0, 0
	for ; end < len(message) && end < maxMessage/2; end++ {
		c := message[end]
		if c < ' ' || c > '~' || bytes.IndexByte([]byte("\"'`/\\<>{}[]():=@|#$"), c) >= 0 {
			break
		}
		if digits++; !isDigit(c) {
			digits = 0
		}
		if digits == 5 {
			end -= 4
			break
		}
	}
	kept := message[:end]
	if end < len(message) && !bytes.HasPrefix(message[end:], []byte(": ")) {
		// The word before may be a part of what was cut off: "C" of "C:\".
		kept = kept[:bytes.LastIndexByte(kept, ' ')+1]
	}
	return string(bytes.Trim(kept, " .,;-"))
}

// fill puts the numbers of a message for the #s in say, which are as many or fewer.
func fill(say string, message []byte) string {
	filled := make([]byte, 0, len(say)+16)
	for i := range len(say) {
		if say[i] != '#' {
			filled = append(filled, say[i])
			continue
		}
		for len(message) > 0 && !isDigit(message[0]) {
			message = message[1:]
		}
		n := 0
		for n < len(message) && isDigit(message[n]) {
			n++
		}
		if n == 0 || n > 7 {
			filled = append(filled, '?')
		} else {
			filled = append(filled, message[:n]...)
		}
		message = message[n:]
	}
	return string(filled)
}
