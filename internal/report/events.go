package report

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Event is all of a kind that were told.
type Event struct{ Name, Severity, Number, Last, Message string }

// longestMessage is more than the plugin writes of most, in letters.
const longestMessage = 160

// Events are all kinds.
func (p *page) Events() (rows []Event) {
	for _, h := range p.Happened {
		name := words.EventKinds[h.Kind].In(p.language)
		rows = append(rows, Event{cmp.Or(name, h.Kind), h.Severity, strconv.FormatInt(h.Number, 10), p.when(h.Last), clip(words.OneLine(h.Message), longestMessage)})
	}
	return rows
}

// clip cuts a text that is too long for a line or two.
func clip(text string, length int) string {
	if letters := []rune(text); len(letters) > length {
		return strings.TrimSpace(string(letters[:length])) + " …"
	}
	return text
}
