package relay

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// clean makes one line of printable text of whatever came from outside. Line breaks would begin
// a new block of markdown; marks that are not seen can turn a line's direction around.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cc, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Join(strings.Fields(text), " ")
}

// harmless are look-alikes of what has a meaning outside of markdown too: a mention, and HTML,
// which DingTalk understands in part. A backslash would not be enough there.
var harmless = strings.NewReplacer("@", "＠", "<", "＜", ">", "＞")

// plain is for where no markdown is understood: the title.
func plain(text string) string { return harmless.Replace(clean(text)) }

// markup is what markdown gives a meaning to, anywhere in a line.
const markup = "\\`*_{}[]()#!|~&"

// escape makes text that means nothing to markdown. It stays so where a backslash is not
// understood: no link can stand without "](".
func escape(text string) string {
	var b strings.Builder
	text = plain(text)
	marker := listMarker(text)
	for i, r := range text {
		if strings.ContainsRune(markup, r) || i == marker {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// listMarker is where a text has the sign that makes it an item of a list or underlines the
// line before; -1 if nowhere.
func listMarker(text string) int {
	digits := strings.TrimLeft(text, "0123456789")
	switch {
	case text == "":
		return -1
	case strings.ContainsRune("-+=", rune(text[0])):
		return 0
	case len(digits) < len(text) && (digits == "." || strings.HasPrefix(digits, ". ")):
		return len(text) - len(digits)
	}
	return -1
}

// cut bounds a text, in characters.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

// How long an address may be, and its host, in bytes.
const (
	linkLimit = 1000
	hostLimit = 253
)

// link is a link that says where it leads; "" for what is no address of a page.
func link(address string) string {
	u, err := url.Parse(clean(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(u.Host) > hostLimit || strings.Contains(u.Host, "[") {
		return ""
	}
	u.User = nil // bank.example@elsewhere.example would seem to lead to the bank
	var target strings.Builder
	for _, c := range []byte(u.String()) {
		if c <= ' ' || c > '~' || strings.IndexByte("\\`*_{}[]()!|~<>@\"", c) >= 0 {
			fmt.Fprintf(&target, "%%%02X", c)
		} else {
			target.WriteByte(c)
		}
	}
	if target.Len() > linkLimit {
		return ""
	}
	return "[" + escape(u.Host) + "](" + target.String() + ")"
}
