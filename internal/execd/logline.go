package execd

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/influxdata/telegraf"
)

// maxLine is the length of a log line in bytes, newline included: one entry of a
// journal that a person can read, and far below the 64 KiB that Telegraf takes.
const maxLine = 512

// ErrorLines returns err as lines for Telegraf's log, one for each line of its
// text. They are for the errors that a program ends with: a Logger would fold two
// that differ in a number.
func ErrorLines(err error) string {
	var lines strings.Builder
	for text := range strings.Lines(err.Error()) {
		lines.WriteString(formatLine(telegraf.Error, text, ""))
	}
	return lines.String()
}

// formatLine builds one line for Telegraf's log; text is cut so that the suffix
// always fits.
func formatLine(level telegraf.LogLevel, text, suffix string) string {
	head := level.Indicator() + " "
	room := maxLine - len(head) - len(suffix) - len("\n")
	return head + cut(oneLine(text), room) + suffix + "\n"
}

// oneLine turns each run of line breaks and other control characters into one
// space, and bytes that are not UTF-8 into the replacement character.
func oneLine(text string) string {
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	return strings.Join(strings.FieldsFunc(text, unicode.IsControl), " ")
}

// cut shortens text to at most size bytes without breaking a character.
func cut(text string, size int) string {
	const ellipsis = "…"
	if len(text) <= size {
		return text
	}
	end := size - len(ellipsis)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + ellipsis
}
